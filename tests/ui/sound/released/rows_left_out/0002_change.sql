ALTER TABLE jobs RENAME COLUMN state TO status;
