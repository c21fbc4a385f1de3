CREATE TABLE users (
    id    TEXT PRIMARY KEY,
    email TEXT
);
CREATE TABLE seats (
    room TEXT,
    seat INT,
    PRIMARY KEY (room, seat)
);
CREATE TABLE anything (id PRIMARY KEY);
CREATE VIEW people AS SELECT id, email FROM users;
