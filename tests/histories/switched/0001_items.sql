CREATE TABLE items (id INTEGER PRIMARY KEY, name TEXT NOT NULL, depth INTEGER NOT NULL DEFAULT 0);
CREATE TABLE log (id INTEGER PRIMARY KEY, name TEXT);
CREATE VIEW names AS SELECT id, name FROM items;
CREATE TRIGGER items_log AFTER INSERT ON items BEGIN
    INSERT INTO log(name) VALUES (new.name);
END;
-- Once, unless triggers set off themselves.
CREATE TRIGGER items_depth AFTER UPDATE OF depth ON items WHEN new.depth < 5 BEGIN
    UPDATE items SET depth = depth + 1 WHERE id = new.id;
END;
CREATE TRIGGER names_insert INSTEAD OF INSERT ON names BEGIN
    INSERT INTO items(name) VALUES (new.name);
END;
CREATE TABLE shelves (id INTEGER PRIMARY KEY);
CREATE TABLE boxes (id INTEGER PRIMARY KEY, shelf INTEGER NOT NULL REFERENCES shelves(id) ON DELETE CASCADE);
