-- migrate:up
CREATE TABLE jobs (id INTEGER PRIMARY KEY, state TEXT NOT NULL);

-- migrate:down
