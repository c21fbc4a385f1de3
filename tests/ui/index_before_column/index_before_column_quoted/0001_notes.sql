CREATE TABLE notes (
    id   INTEGER PRIMARY KEY,
    body TEXT NOT NULL
);
CREATE INDEX notes_by_folder ON notes("folder");
