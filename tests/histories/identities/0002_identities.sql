ALTER TABLE messages ADD COLUMN identity TEXT;
UPDATE messages SET identity = lower(hex(sender || body));
CREATE UNIQUE INDEX messages_by_identity ON messages(identity);
