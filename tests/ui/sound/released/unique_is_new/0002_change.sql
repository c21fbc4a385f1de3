CREATE INDEX jobs_once ON jobs(queue, note);
