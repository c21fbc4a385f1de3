CREATE TABLE menu (
    name  TEXT PRIMARY KEY,
    price INTEGER NOT NULL
);
