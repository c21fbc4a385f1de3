CREATE INDEX jobs_by_queue_due ON jobs(queue, due);
