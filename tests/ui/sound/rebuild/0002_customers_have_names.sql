PRAGMA foreign_keys = OFF;

CREATE TABLE customers_new (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
INSERT INTO customers_new(id, name) SELECT id, coalesce(name, 'unknown') FROM customers;
DROP TABLE customers;
ALTER TABLE customers_new RENAME TO customers;

PRAGMA foreign_key_check;
PRAGMA foreign_keys = ON;
