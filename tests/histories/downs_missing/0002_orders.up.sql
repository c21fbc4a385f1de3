CREATE TABLE orders (id INTEGER PRIMARY KEY, customer INTEGER NOT NULL REFERENCES customers(id), total INTEGER NOT NULL);
CREATE INDEX orders_by_customer ON orders(customer);
