-- In our own words, as the sources of golang-migrate write it: as a program it is in no registry that we use.
CREATE TABLE schema_migrations (version uint64,dirty bool);
CREATE UNIQUE INDEX version_unique ON schema_migrations (version);
INSERT INTO schema_migrations VALUES (2, 0);
