CREATE TABLE new_books (
    id INTEGER PRIMARY KEY,
    shelf INTEGER REFERENCES shelves (id) ON DELETE CASCADE,
    title TEXT NOT NULL,
    isbn TEXT
);
INSERT INTO new_books
SELECT books.id, books.shelf, books.title, covers.isbn FROM books JOIN covers ON covers.book = books.id;
DROP TABLE books;
ALTER TABLE new_books RENAME TO books;
