CREATE TABLE notes(item INTEGER REFERENCES items(id) ON DELETE CASCADE, text TEXT, size REAL, raw BLOB);
INSERT INTO notes SELECT id, NULL, id / 3.0, zeroblob(5000) FROM items;
CREATE VIEW latest AS SELECT * FROM items WHERE added > date('now', '-1 day');
PRAGMA user_version = 3;
PRAGMA application_id = 1330534731;
