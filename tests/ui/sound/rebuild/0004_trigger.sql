CREATE TABLE log (at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP, what TEXT NOT NULL);

CREATE TRIGGER orders_logged AFTER INSERT ON orders
WHEN new.id > 0
BEGIN
    INSERT INTO log(what) VALUES ('order ' || new.id || '; ' || CASE WHEN new.id > 1 THEN 'again' ELSE 'first' END);
    UPDATE log SET what = trim(what);
END;

SAVEPOINT one;
INSERT INTO orders(customer_id) VALUES (1);
RELEASE one;
