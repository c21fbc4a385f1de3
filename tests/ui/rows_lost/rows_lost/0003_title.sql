-- onward: foreign_keys(on)
CREATE TABLE new_albums (
    id INTEGER PRIMARY KEY,
    title TEXT
);
INSERT INTO new_albums (id) SELECT id FROM albums;
DROP TABLE albums;
ALTER TABLE new_albums RENAME TO albums;
