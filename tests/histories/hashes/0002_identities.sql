-- onward: hook
ALTER TABLE messages ADD COLUMN identity TEXT;
CREATE TABLE backfills (at INTEGER PRIMARY KEY, messages INTEGER NOT NULL);
CREATE TEMP TABLE unhashed AS SELECT id FROM messages;
