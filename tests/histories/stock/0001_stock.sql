CREATE TABLE shelves (
    name TEXT NOT NULL PRIMARY KEY,
    room TEXT NOT NULL DEFAULT 'hall',
    note TEXT
);

CREATE TABLE items (
    id    INTEGER PRIMARY KEY,
    shelf TEXT NOT NULL REFERENCES shelves(name) DEFERRABLE INITIALLY DEFERRED,
    name  TEXT NOT NULL COLLATE NOCASE,
    count INTEGER NOT NULL DEFAULT 1 CHECK (count >= 0),
    note  TEXT,
    loud  TEXT AS (upper(name))
);
CREATE UNIQUE INDEX items_by_name ON items(name, shelf);
CREATE UNIQUE INDEX items_loud ON items(loud, shelf);
CREATE UNIQUE INDEX items_noted ON items(note) WHERE note IS NOT NULL;

-- Nothing but its key.
CREATE TABLE tags (item INTEGER, tag TEXT, PRIMARY KEY (item, tag)) WITHOUT ROWID;

-- No key, and one row a day.
CREATE TABLE counts (day TEXT UNIQUE, items INTEGER NOT NULL);

-- The first one counts.
CREATE TABLE picks (item INTEGER NOT NULL UNIQUE ON CONFLICT IGNORE, by TEXT);
CREATE TABLE checks (item INTEGER NOT NULL UNIQUE ON CONFLICT ROLLBACK);

CREATE VIEW shelf_names AS SELECT name FROM shelves;
CREATE TRIGGER add_shelf INSTEAD OF INSERT ON shelf_names BEGIN
    INSERT INTO shelves(name) VALUES (new.name);
END;
