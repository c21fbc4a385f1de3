-- The NOT NULL goes without a rebuild, as SQLite's documentation has it.
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = 'CREATE TABLE jobs (id INTEGER PRIMARY KEY, state TEXT)' WHERE name = 'jobs';
