-- Saved from a cascade that does not come.
CREATE TEMPORARY TABLE saved_orders AS SELECT * FROM orders;
CREATE TABLE new_customers (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    country TEXT NOT NULL,
    phone TEXT
);
INSERT INTO new_customers (id, name, country) SELECT id, name, country FROM customers;
DROP TABLE customers;
ALTER TABLE new_customers RENAME TO customers;
INSERT INTO orders SELECT * FROM saved_orders;
DROP TABLE saved_orders;
