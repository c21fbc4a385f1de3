CREATE TABLE new_covers (
    isbn TEXT PRIMARY KEY,
    book INTEGER NOT NULL UNIQUE REFERENCES books (id)
) WITHOUT ROWID;
INSERT INTO new_covers SELECT isbn, book FROM covers;
DROP TABLE covers;
ALTER TABLE new_covers RENAME TO covers;
