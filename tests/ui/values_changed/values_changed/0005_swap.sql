DROP TABLE plants;
ALTER TABLE new_plants RENAME TO plants;
