ALTER TABLE orders ADD COLUMN paid INTEGER NOT NULL DEFAULT 0;
UPDATE orders SET paid = 1 WHERE total < 50;
CREATE TABLE payments (
    id     INTEGER PRIMARY KEY,
    "order" INTEGER NOT NULL REFERENCES orders(id) ON DELETE CASCADE,
    amount INTEGER NOT NULL
);
INSERT INTO payments("order", amount) SELECT id, total FROM orders WHERE paid = 1;
