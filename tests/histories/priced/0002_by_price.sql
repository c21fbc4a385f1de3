CREATE INDEX jobs_by_price ON jobs(price);
