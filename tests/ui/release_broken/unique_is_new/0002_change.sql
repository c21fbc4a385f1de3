DELETE FROM jobs WHERE rowid NOT IN (SELECT min(rowid) FROM jobs GROUP BY queue, note);
CREATE UNIQUE INDEX jobs_once ON jobs(queue, note);
