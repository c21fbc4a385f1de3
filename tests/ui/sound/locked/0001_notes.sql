-- Reformatted after the release, which changes nothing.
CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT NOT NULL);
