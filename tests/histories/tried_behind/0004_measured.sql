-- onward: hook
CREATE TABLE measured (
    id     INTEGER PRIMARY KEY,
    word   TEXT,
    length INTEGER NOT NULL
);
-- onward: allow(failure_with_rows) the hook of 0003 gives each word its length
INSERT INTO measured SELECT id, word, length FROM words;
