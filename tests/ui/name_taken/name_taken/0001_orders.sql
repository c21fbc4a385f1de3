CREATE TABLE customers (id INTEGER PRIMARY KEY, created TEXT NOT NULL);
CREATE TABLE orders (id INTEGER PRIMARY KEY, created TEXT NOT NULL);
CREATE INDEX by_created ON customers(created);
