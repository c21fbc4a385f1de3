CREATE INDEX jobs_by_archived ON jobs(archvied);
UPDATE jobs SET deadline = NULL;
