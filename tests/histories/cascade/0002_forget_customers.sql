DELETE FROM customers WHERE id > 100; -- onward: allow(dangling_foreign_key) to see it refused
