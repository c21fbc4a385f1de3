CREATE TABLE tokens (id INTEGER PRIMARY KEY, token TEXT NOT NULL);
INSERT INTO tokens(token) VALUES ('the first');
