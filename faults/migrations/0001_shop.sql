CREATE TABLE customers (
    id   INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
);
CREATE TABLE orders (
    id       INTEGER PRIMARY KEY,
    customer INTEGER NOT NULL REFERENCES customers(id) ON DELETE CASCADE,
    total    INTEGER NOT NULL,
    note     TEXT NOT NULL
);
CREATE INDEX orders_of ON orders(customer);
CREATE VIEW large AS SELECT id, total FROM orders WHERE total > 100;
