INSERT INTO menu(name, price) VALUES ('café', 3), ('two
lines', 2);
