CREATE TABLE numbers_new (n INTEGER PRIMARY KEY, note TEXT NOT NULL DEFAULT '');
INSERT INTO numbers_new(n) SELECT n FROM numbers;
DROP TABLE numbers;
ALTER TABLE numbers_new RENAME TO numbers;
