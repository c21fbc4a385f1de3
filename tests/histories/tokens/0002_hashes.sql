-- Tokens are made again by whoever needs one.
-- onward: allow(data_dropped) a token is asked for again
DROP TABLE tokens;
CREATE TABLE tokens (id INTEGER PRIMARY KEY, name TEXT NOT NULL, token_hash TEXT NOT NULL, scope TEXT NOT NULL);
CREATE INDEX tokens_by_hash ON tokens(token_hash);
