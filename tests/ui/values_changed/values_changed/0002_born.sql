CREATE TABLE new_people (
    id INTEGER PRIMARY KEY,
    first_name TEXT,
    last_name TEXT,
    note TEXT,
    born TEXT
);
INSERT INTO new_people (id, last_name, first_name) SELECT id, first_name, last_name FROM people;
DROP TABLE people;
ALTER TABLE new_people RENAME TO people;
