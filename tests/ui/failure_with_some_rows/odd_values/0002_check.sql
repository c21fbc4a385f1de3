CREATE TABLE new_users (
    id INTEGER PRIMARY KEY,
    email TEXT NOT NULL UNIQUE,
    age INTEGER CHECK (age >= 0)
);
INSERT INTO new_users (id, email, age) SELECT id, email, age FROM users;
DROP TABLE users;
ALTER TABLE new_users RENAME TO users;
