CREATE TABLE notes (
    job INTEGER NOT NULL,
    text TEXT NOT NULL
);
INSERT INTO notes (job, text) VALUES (last_insert_rowid(), 'the first');
