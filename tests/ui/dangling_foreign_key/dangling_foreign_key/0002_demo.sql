INSERT INTO customers(id, name) VALUES (1, 'Ada'), (2, 'Grace');
INSERT INTO orders(customer_id) VALUES (1), (2);
