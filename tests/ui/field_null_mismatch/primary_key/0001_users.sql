CREATE TABLE users (
    id    TEXT PRIMARY KEY,
    email TEXT
);
CREATE INDEX users_by_email ON users(email);
