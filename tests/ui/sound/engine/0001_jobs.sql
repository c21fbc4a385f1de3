PRAGMA foreign_keys = OFF;
CREATE TABLE jobs (
  id INTEGER PRIMARY KEY,
  random TEXT NOT NULL DEFAULT 'random()',
  made_at TEXT NOT NULL DEFAULT '2026-01-01 00:00:00' CHECK (made_at IS datetime(made_at))
);
CREATE VIEW late AS SELECT id, random() AS place FROM jobs WHERE made_at < datetime('now', '-1 day');
CREATE TRIGGER due AFTER INSERT ON jobs BEGIN
  UPDATE jobs SET made_at = datetime(new.made_at, '+1 day') WHERE id = new.id;
END;
PRAGMA foreign_key_check;
