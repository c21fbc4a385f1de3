CREATE INDEX by_created ON orders(created);
