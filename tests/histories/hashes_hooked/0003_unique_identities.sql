-- onward: hook
-- onward: allow(failure_with_some_rows) the code beside the second migration gives each message its own
CREATE UNIQUE INDEX messages_by_identity ON messages(identity);
