CREATE TABLE new_orders(id INTEGER PRIMARY KEY, customer TEXT, total INTEGER CHECK (total >= 0));
INSERT INTO new_orders SELECT id, customer, abs(total) FROM orders;
DROP TABLE orders;
ALTER TABLE new_orders RENAME TO orders;
