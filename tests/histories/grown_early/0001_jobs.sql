CREATE TABLE jobs (id INTEGER PRIMARY KEY, state TEXT NOT NULL);
CREATE INDEX jobs_by_state ON jobs(state);
