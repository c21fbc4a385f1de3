CREATE TABLE archive (id INTEGER PRIMARY KEY, price INTEGER NOT NULL);
INSERT INTO archive SELECT id, price FROM jobs WHERE state = 'done';
DELETE FROM jobs WHERE state = 'done';
