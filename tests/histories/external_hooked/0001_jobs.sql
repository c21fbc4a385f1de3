CREATE TABLE jobs(
    id    INTEGER PRIMARY KEY,
    owner INTEGER NOT NULL REFERENCES users(id),
    state TEXT NOT NULL DEFAULT 'queued'
);
