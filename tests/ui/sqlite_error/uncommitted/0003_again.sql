DELETE FROM notes_fts_data;
INSERT INTO notes(body) VALUES ('welcome');
