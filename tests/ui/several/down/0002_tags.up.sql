ALTER TABLE notes ADD COLUMN tag TEXT;
CREATE INDEX note_tags ON notes (tag);
