CREATE TABLE orders (id INTEGER PRIMARY KEY, total INTEGER NOT NULL);
CREATE TABLE audit (orders_id INTEGER NOT NULL, total INTEGER NOT NULL);

CREATE TRIGGER orders_audit AFTER UPDATE OF total ON orders
BEGIN
    INSERT INTO audit(order_id, total) VALUES (old.id, old.total);
END;
