CREATE TABLE audit (at TEXT);
INSERT INTO audit VALUES ('before the index');

CREATE UNIQUE INDEX customers_by_name
    ON customers(name); -- onward: allow(failure_with_some_rows) to see it fail
