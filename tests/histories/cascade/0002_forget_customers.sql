DELETE FROM customers WHERE id > 100; -- onward: allow(orphans) to see it refused
