INSERT INTO settings VALUES (hex(randomblob(8)), date());
