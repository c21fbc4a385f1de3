-- With foreign keys on, the boxes would go with their shelf.
CREATE TABLE shelves_new (id INTEGER PRIMARY KEY, room TEXT);
INSERT INTO shelves_new(id) SELECT id FROM shelves;
DROP TABLE shelves;
ALTER TABLE shelves_new RENAME TO shelves;
