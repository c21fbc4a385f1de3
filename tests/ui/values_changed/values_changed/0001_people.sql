CREATE TABLE people (
    id INTEGER PRIMARY KEY,
    first_name TEXT,
    last_name TEXT,
    note TEXT
);
CREATE TABLE pets (
    id INTEGER PRIMARY KEY,
    name TEXT,
    owner INTEGER
);
CREATE TABLE plants (
    id INTEGER PRIMARY KEY,
    name TEXT
);
