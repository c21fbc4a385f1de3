INSERT INTO notes_fts VALUES ('welcome');
