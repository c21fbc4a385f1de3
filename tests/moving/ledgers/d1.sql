-- What wrangler 4 has written of the first two migrations.
CREATE TABLE d1_migrations(
		id         INTEGER PRIMARY KEY AUTOINCREMENT,
		name       TEXT UNIQUE,
		applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL
);
INSERT INTO d1_migrations VALUES (1, '0001_jobs.sql', '2026-11-21 23:16:11');
INSERT INTO d1_migrations VALUES (2, '0002_price.sql', '2026-11-21 23:16:13');
