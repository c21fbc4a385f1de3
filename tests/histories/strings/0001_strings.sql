CREATE TABLE settings (name TEXT, value TEXT);
-- onward: allow(double_quoted_string) as it was released
INSERT INTO settings VALUES ("theme", "dark");
INSERT INTO settings VALUES ('size', 'large');
