-- Jobs, as they are queued.
CREATE TABLE jobs (id INTEGER PRIMARY KEY, state TEXT NOT NULL);
