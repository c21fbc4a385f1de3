-- What refinery 0.10.1 has written of the first two migrations.
CREATE TABLE refinery_schema_history(
             version int4 PRIMARY KEY,
             name VARCHAR(255),
             applied_on VARCHAR(255),
             checksum VARCHAR(255));
INSERT INTO "refinery_schema_history" VALUES (1, 'jobs', '2026-11-21T23:15:10.287722267Z', '15577225319841479007');
INSERT INTO "refinery_schema_history" VALUES (2, 'price', '2026-11-21T23:15:10.316922435Z', '10358821769967430810');
