CREATE TABLE posts(
    id     INTEGER PRIMARY KEY,
    author INTEGER NOT NULL REFERENCES auth_users(id),
    body   TEXT NOT NULL
);
