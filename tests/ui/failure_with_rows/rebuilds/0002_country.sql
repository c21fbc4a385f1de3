-- The new table has a column that the copy has nothing for.
CREATE TABLE new_customers (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    country TEXT NOT NULL
);
INSERT INTO new_customers (id, name) SELECT id, name FROM customers;
DROP TABLE customers;
ALTER TABLE new_customers RENAME TO customers;
