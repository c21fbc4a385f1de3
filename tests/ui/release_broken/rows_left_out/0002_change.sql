DROP VIEW waiting;
CREATE VIEW waiting AS SELECT id, queue FROM jobs WHERE state = 'new' AND tries = 0;
