-- Fails on every database with jobs, and went out before anybody had any.
ALTER TABLE jobs ADD COLUMN priority INTEGER NOT NULL DEFAULT NULL;
