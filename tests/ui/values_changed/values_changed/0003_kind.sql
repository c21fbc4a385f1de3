CREATE TABLE new_pets (
    id INTEGER PRIMARY KEY,
    name TEXT,
    owner INTEGER,
    kind TEXT
);
INSERT INTO new_pets (name, owner) SELECT name, owner FROM pets ORDER BY id;
DROP TABLE pets;
ALTER TABLE new_pets RENAME TO pets;
