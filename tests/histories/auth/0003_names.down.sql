CREATE TABLE auth_users_old(id INTEGER PRIMARY KEY, email TEXT NOT NULL);
INSERT INTO auth_users_old(id, email) SELECT id, email FROM auth_users;
DROP TABLE auth_users;
ALTER TABLE auth_users_old RENAME TO auth_users;
