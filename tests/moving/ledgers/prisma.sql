-- What prisma 6.19.3 has written of the first two migrations.
CREATE TABLE "_prisma_migrations" (
    "id"                    TEXT PRIMARY KEY NOT NULL,
    "checksum"              TEXT NOT NULL,
    "finished_at"           DATETIME,
    "migration_name"        TEXT NOT NULL,
    "logs"                  TEXT,
    "rolled_back_at"        DATETIME,
    "started_at"            DATETIME NOT NULL DEFAULT current_timestamp,
    "applied_steps_count"   INTEGER UNSIGNED NOT NULL DEFAULT 0
);
INSERT INTO "_prisma_migrations" VALUES ('2c80d659-6a20-4beb-992a-48bf7350f5a8', '3a2ade339a99b7a450c05372b64d1b27e4e365eb3c784d6e52f1415809c8c280', '2026-11-21T23:14:12.138+00:00', '20260101120000_jobs', NULL, NULL, '2026-11-21T23:14:12.023+00:00', 1);
INSERT INTO "_prisma_migrations" VALUES ('8eb2d902-3036-44b0-927a-7424761e565a', 'a966cd66a6324a1f33ddd081b4d648ed341737fda062f1207a9d5342f03b8561', '2026-11-21T23:14:12.326+00:00', '20260201120000_price', NULL, NULL, '2026-11-21T23:14:12.175+00:00', 1);
