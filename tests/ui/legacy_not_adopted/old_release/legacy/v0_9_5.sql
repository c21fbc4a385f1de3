-- As release 0.9.5 left it.
CREATE TABLE tokens (id INTEGER PRIMARY KEY, name TEXT NOT NULL, token TEXT NOT NULL);
INSERT INTO tokens(name, token) VALUES ('ci', 'secret');
