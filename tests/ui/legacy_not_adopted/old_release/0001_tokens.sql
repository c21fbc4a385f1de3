CREATE TABLE IF NOT EXISTS tokens (id INTEGER PRIMARY KEY, name TEXT NOT NULL, token_hash TEXT NOT NULL);
CREATE INDEX tokens_by_hash ON tokens(token_hash);
