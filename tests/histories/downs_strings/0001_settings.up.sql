CREATE TABLE settings (name TEXT, value TEXT);
