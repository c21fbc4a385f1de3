INSERT INTO menu(name, price) VALUES ('café', 3);
INSERT INTO menu(name, prize) VALUES ('thé', 2);
