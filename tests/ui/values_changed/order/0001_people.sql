CREATE TABLE people (
    id INTEGER PRIMARY KEY,
    first_name TEXT NOT NULL,
    last_name TEXT NOT NULL
);
CREATE TABLE pets (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL
);
