DELETE FROM customers WHERE id > 100;
