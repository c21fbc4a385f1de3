-- In our own words, as the sources of atlas write it: as a program it is in no registry that we use.
CREATE TABLE `atlas_schema_revisions` (`version` text NOT NULL, `description` text NOT NULL, `type` integer NOT NULL DEFAULT (2),
  `applied` integer NOT NULL DEFAULT (0), `total` integer NOT NULL DEFAULT (0), `executed_at` datetime NOT NULL,
  `execution_time` integer NOT NULL, `error` text NULL, `error_stmt` text NULL, `hash` text NOT NULL, `partial_hashes` json NULL,
  `operator_version` text NOT NULL, PRIMARY KEY (`version`));
INSERT INTO atlas_schema_revisions VALUES
  ('.atlas_cloud_identifier', '6f0d', 2, 0, 0, '2026-01-01 12:00:00+00:00', 0, '', '', '', 'null', 'Atlas CLI'),
  ('20260101120000', 'jobs', 2, 1, 1, '2026-01-01 12:00:00+00:00', 1000, '', '', 'MYDkIjBks+cms+FIO2cTj/jZmHg3kUWfIRcP6cvSXYY=', 'null', 'Atlas CLI'),
  ('20260201120000', 'price', 2, 2, 2, '2026-01-01 12:00:00+00:00', 1000, '', '', 'W4PbcKKcaYhhhbab8St2HH9s+TmW2GGNR5OOYnSzWOQ=', 'null', 'Atlas CLI');
