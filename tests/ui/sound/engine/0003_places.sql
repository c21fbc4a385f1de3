CREATE VIEW places AS SELECT id, random() AS place FROM jobs;
UPDATE jobs SET random = 'x' WHERE id IN (SELECT id FROM places WHERE id > 7);
PRAGMA optimize;
