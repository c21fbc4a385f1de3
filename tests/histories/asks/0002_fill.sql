-- onward: hook
-- The code beside it does the work.
SELECT count(*) FROM messages;
