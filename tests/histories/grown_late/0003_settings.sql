-- onward: hook
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO settings VALUES ('retries', '3');
UPDATE jobs SET tries = tries + 1;
