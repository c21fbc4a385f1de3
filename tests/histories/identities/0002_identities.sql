ALTER TABLE messages ADD COLUMN identity TEXT;
UPDATE messages SET identity = lower(hex(sender || body));
-- onward: allow(failure_with_some_rows) no sender has said the same thing twice
CREATE UNIQUE INDEX messages_by_identity ON messages(identity);
