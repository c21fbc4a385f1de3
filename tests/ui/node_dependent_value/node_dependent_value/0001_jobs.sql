CREATE TABLE jobs (
  id INTEGER PRIMARY KEY,
  token TEXT NOT NULL DEFAULT (hex(randomblob(16))),
  made_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  run_at INTEGER
);
CREATE TRIGGER touched AFTER UPDATE OF token ON jobs BEGIN
  UPDATE jobs SET run_at = unixepoch() WHERE id = new.id;
END;
