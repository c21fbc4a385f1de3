CREATE TABLE jobs (
    id INTEGER PRIMARY KEY,
    state TEXT NOT NULL
);
INSERT INTO jobs (state) VALUES ('open');
