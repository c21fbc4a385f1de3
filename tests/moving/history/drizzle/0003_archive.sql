CREATE TABLE archive (id INTEGER PRIMARY KEY, price INTEGER NOT NULL);
--> statement-breakpoint
INSERT INTO archive SELECT id, price FROM jobs WHERE state = 'done';
--> statement-breakpoint
DELETE FROM jobs WHERE state = 'done';
