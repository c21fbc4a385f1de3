CREATE UNIQUE INDEX messages_by_identity ON messages(identity);
