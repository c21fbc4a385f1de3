-- In our own words, as the sources of sql-migrate write it: as a program it is in no registry that we use.
CREATE TABLE "gorp_migrations" ("id" varchar(255) not null primary key, "applied_at" datetime);
INSERT INTO gorp_migrations VALUES ('01-jobs.sql', '2026-01-01 12:00:00+00:00'), ('02-price.sql', '2026-02-01 12:00:00+00:00');
