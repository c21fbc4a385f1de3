-- onward: hook
ALTER TABLE orders ADD COLUMN paid INTEGER NOT NULL DEFAULT 0;
CREATE INDEX orders_unpaid ON orders(customer) WHERE paid = 0;
