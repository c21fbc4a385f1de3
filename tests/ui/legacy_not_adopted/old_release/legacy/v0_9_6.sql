CREATE TABLE tokens (id INTEGER PRIMARY KEY, name TEXT NOT NULL, token_hash TEXT NOT NULL);
CREATE INDEX tokens_by_name ON tokens(name);
CREATE TABLE users (id INTEGER PRIMARY KEY);
