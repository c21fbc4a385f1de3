CREATE TABLE new_pets (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    kind TEXT
);
INSERT INTO new_pets (id, name) SELECT id, 'name' FROM pets;
DROP TABLE pets;
ALTER TABLE new_pets RENAME TO pets;
