DROP INDEX notes_by_folder;
ALTER TABLE notes DROP COLUMN folder;
