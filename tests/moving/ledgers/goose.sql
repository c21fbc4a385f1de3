-- In our own words, as the sources of goose write it: as a program it is in no registry that we use.
CREATE TABLE goose_db_version (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  version_id INTEGER NOT NULL,
  is_applied INTEGER NOT NULL,
  tstamp TIMESTAMP DEFAULT (datetime('now'))
);
INSERT INTO goose_db_version(version_id, is_applied) VALUES (0, 1), (1, 1), (2, 1);
