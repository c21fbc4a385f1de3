CREATE TABLE new_users (
    id INTEGER PRIMARY KEY,
    email TEXT,
    karma INTEGER,
    team INTEGER REFERENCES teams (id),
    name TEXT
);
INSERT INTO new_users (id, email, karma, team) SELECT id, email, karma, team FROM users;
DROP TABLE users;
ALTER TABLE new_users RENAME TO users;
