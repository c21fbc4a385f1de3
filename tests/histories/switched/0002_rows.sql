INSERT INTO items(id, name) VALUES (1, 'Adam'), (2, 'Berta'), (3, 'cain');
INSERT INTO shelves VALUES (1);
INSERT INTO boxes VALUES (1, 1), (2, 1);
INSERT INTO names(name) VALUES ('by the view');
UPDATE items SET depth = 1 /* sets off a trigger, once */ WHERE id = 1;
-- In no order, and so in that of the table.
CREATE TABLE ranked (rank INTEGER PRIMARY KEY, name TEXT);
INSERT INTO ranked(name) SELECT name FROM names;
UPDATE items SET name = name || '!' WHERE name LIKE '%A%';
DELETE FROM log WHERE name LIKE 'C%';
