DELETE FROM customers WHERE name = 'Grace';
