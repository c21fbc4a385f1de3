-- The same text may stand there twice: that is what this rebuild is for.
CREATE TABLE new_notes (
    id INTEGER PRIMARY KEY,
    body TEXT NOT NULL
);
INSERT INTO new_notes (id, body) SELECT id, body FROM notes;
DROP TABLE notes;
ALTER TABLE new_notes RENAME TO notes;
