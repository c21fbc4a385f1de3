CREATE TABLE items (
    id    INTEGER PRIMARY KEY,
    shelf TEXT NOT NULL,
    name  TEXT NOT NULL,
    code  TEXT
);
CREATE UNIQUE INDEX items_by_name ON items(shelf, name);
CREATE UNIQUE INDEX items_by_code ON items(code) WHERE code IS NOT NULL;
CREATE VIEW names AS SELECT name FROM items;
