-- onward: hook
-- A parent with rows: were foreign keys on, the DROP would take every order along.
-- onward: allow(constraint_lost) two customers may have one name
CREATE TABLE customers_new (
    id    INTEGER PRIMARY KEY,
    name  TEXT NOT NULL,
    email TEXT UNIQUE,
    since INTEGER NOT NULL DEFAULT 0
);
INSERT INTO customers_new(id, name, since) SELECT id, name, 2020 FROM customers;
DROP TABLE customers;
ALTER TABLE customers_new RENAME TO customers;
CREATE TRIGGER orders_paid AFTER INSERT ON payments BEGIN UPDATE orders SET paid = 1 WHERE id = new."order"; END;
