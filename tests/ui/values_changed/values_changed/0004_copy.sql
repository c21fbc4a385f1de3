CREATE TABLE new_plants (
    id INTEGER PRIMARY KEY,
    name TEXT,
    height REAL
);
INSERT INTO new_plants (id, name) SELECT id, name FROM plants;
