-- In our own words, as the sources of flyway write it: as a program it is in no registry that we use.
CREATE TABLE "flyway_schema_history" (
  "installed_rank" INT NOT NULL PRIMARY KEY,
  "version" VARCHAR(50),
  "description" VARCHAR(200) NOT NULL,
  "type" VARCHAR(20) NOT NULL,
  "script" VARCHAR(1000) NOT NULL,
  "checksum" INT,
  "installed_by" VARCHAR(100) NOT NULL,
  "installed_on" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')),
  "execution_time" INT NOT NULL,
  "success" BOOLEAN NOT NULL
);
CREATE INDEX "flyway_schema_history_s_idx" ON "flyway_schema_history" ("success");
INSERT INTO flyway_schema_history VALUES
  (1, '1', 'jobs', 'SQL', 'V1__jobs.sql', -926370675, 'main', '2026-01-01 12:00:00.000', 3, 1),
  (2, '2', 'price', 'SQL', 'V2__price.sql', -1793385716, 'main', '2026-01-01 12:00:00.000', 3, 1);
