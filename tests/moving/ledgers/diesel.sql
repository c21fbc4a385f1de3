-- What diesel 2.3.14 has written of the first two migrations.
CREATE TABLE __diesel_schema_migrations (
       version VARCHAR(50) PRIMARY KEY NOT NULL,
       run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
);
INSERT INTO "__diesel_schema_migrations" VALUES ('20260101120000', '2026-11-21 23:15:10');
INSERT INTO "__diesel_schema_migrations" VALUES ('20260201120000', '2026-11-21 23:15:10');
