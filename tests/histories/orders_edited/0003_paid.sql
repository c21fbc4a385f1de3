ALTER TABLE orders ADD COLUMN paid INTEGER NOT NULL DEFAULT 1;
CREATE INDEX orders_unpaid ON orders(customer) WHERE paid = 0;
