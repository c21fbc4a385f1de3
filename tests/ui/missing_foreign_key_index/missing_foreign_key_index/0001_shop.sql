CREATE TABLE customers (
    id    INTEGER PRIMARY KEY,
    name  TEXT NOT NULL
);
CREATE TABLE orders (
    id        INTEGER PRIMARY KEY,
    customer  INTEGER NOT NULL REFERENCES customers(id) ON DELETE CASCADE
);
