CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE orders (
    id          INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL REFERENCES customers(id) ON DELETE CASCADE
);
INSERT INTO customers(id, name) VALUES (1, 'Ada'), (2, NULL);
INSERT INTO orders(customer_id) VALUES (1), (2), (2);
