DROP INDEX note_tags;
