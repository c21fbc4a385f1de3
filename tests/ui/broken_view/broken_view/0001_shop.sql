CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE coupons (customer INTEGER REFERENCES customers(id), percent INTEGER NOT NULL);

CREATE VIEW discounts AS
SELECT name, max(percent) AS percent FROM customers JOIN coupons ON customer = id GROUP BY id;
