-- onward: hook
ALTER TABLE words ADD COLUMN length INTEGER;
-- onward: allow(failure_with_some_rows) nobody has written a word twice
CREATE UNIQUE INDEX words_once ON words(word);
