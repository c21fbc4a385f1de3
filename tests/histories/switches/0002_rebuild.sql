-- The view would stop the rename, were it not for the old form of it.
PRAGMA foreign_keys = OFF;
PRAGMA legacy_alter_table = ON;
CREATE TABLE jobs_new (id INTEGER PRIMARY KEY, state TEXT);
INSERT INTO jobs_new(id) SELECT id FROM jobs;
DROP TABLE jobs;
ALTER TABLE jobs_new RENAME TO jobs;
PRAGMA foreign_key_check;
PRAGMA foreign_keys = ON;
