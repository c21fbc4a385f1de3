-- What dbmate 2.36.0 has written of the first two migrations.
CREATE TABLE "schema_migrations" (version varchar(128) primary key);
INSERT INTO "schema_migrations" VALUES ('20260101120000');
INSERT INTO "schema_migrations" VALUES ('20260201120000');
