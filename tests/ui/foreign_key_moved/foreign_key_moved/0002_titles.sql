ALTER TABLE albums RENAME TO old_albums;
CREATE TABLE albums (
    id INTEGER PRIMARY KEY,
    title TEXT
);
INSERT INTO albums (id) SELECT id FROM old_albums;
DROP TABLE old_albums;
