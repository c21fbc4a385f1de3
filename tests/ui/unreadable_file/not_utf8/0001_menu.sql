CREATE TABLE menu (name TEXT PRIMARY KEY);
INSERT INTO menu(name) VALUES ('tea'), ('café');
