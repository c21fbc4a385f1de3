CREATE VIRTUAL TABLE found USING fts5(title, content = 'items', content_rowid = 'id');
CREATE TRIGGER items_found AFTER INSERT ON items BEGIN
  INSERT INTO found(rowid, title) VALUES (new.id, new.title);
END;
INSERT INTO items(kind, title, added) VALUES
  ('map', 'The North Sea', datetime('2026-01-01', '+1 hour')),
  ('book', 'On Tides', '2026-01-02 00:00:00'),
  ('globe', 'A Moon', '2026-01-03 00:00:00');
DELETE FROM items WHERE kind = 'globe';
