-- The new word of the shop.
ALTER TABLE orders RENAME COLUMN customer TO buyer;
