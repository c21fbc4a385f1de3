CREATE UNIQUE INDEX user_emails ON users (lower(email));
