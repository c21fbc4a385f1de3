-- +micrate Up
CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT NOT NULL);

-- +micrate Down
DROP TABLE notes;
