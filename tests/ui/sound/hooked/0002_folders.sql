ALTER TABLE notes ADD COLUMN folder TEXT NOT NULL DEFAULT 'inbox';
CREATE INDEX notes_by_folder ON notes(folder);
