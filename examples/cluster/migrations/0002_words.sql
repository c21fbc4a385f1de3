ALTER TABLE notes ADD COLUMN words INTEGER NOT NULL DEFAULT 0;
CREATE INDEX notes_by_words ON notes(words);
