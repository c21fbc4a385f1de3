-- Whatever was ordered last year has been paid.
UPDATE orders SET paid = 1 WHERE placed < '2025-01-01';
INSERT INTO coupons(code, percent) VALUES ('WELCOME', 10);
ALTER TABLE orders ADD COLUMN paid INTEGER NOT NULL DEFAULT 0;
