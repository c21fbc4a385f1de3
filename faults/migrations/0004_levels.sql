-- With the order, its payments.
-- onward: foreign_keys(on)

CREATE TABLE levels (level INTEGER PRIMARY KEY, name TEXT NOT NULL);
INSERT INTO levels
WITH RECURSIVE up(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM up LIMIT 60)
SELECT n, printf('%0200d', n) FROM up;
DELETE FROM orders WHERE total % 7 = 0;
