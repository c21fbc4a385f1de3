CREATE TABLE people_new (id INTEGER PRIMARY KEY, given TEXT NOT NULL, family TEXT NOT NULL);
INSERT INTO people_new(id, given, family) SELECT id, coalesce(given, ''), coalesce(family, '') FROM people;
-- onward: allow(data_dropped) its two parts are kept
DROP TABLE people;
ALTER TABLE people_new RENAME TO people;
