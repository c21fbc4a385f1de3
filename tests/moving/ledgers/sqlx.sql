-- What sqlx 0.9.0 has written of the first two migrations.
CREATE TABLE _sqlx_migrations (
    version BIGINT PRIMARY KEY,
    description TEXT NOT NULL,
    installed_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    success BOOLEAN NOT NULL,
    checksum BLOB NOT NULL,
    execution_time BIGINT NOT NULL
);
INSERT INTO "_sqlx_migrations" VALUES (20260101120000, 'jobs', '2026-11-21 23:15:11', 1, x'b9e1cb26436f1863cf2878f4d1de414ae1d8d405d78078eb648785af1a0e23acc86b6d60fa1405dc1eab14b8d4a0a11f', 35496229);
INSERT INTO "_sqlx_migrations" VALUES (20260201120000, 'price', '2026-11-21 23:15:11', 1, x'c3cf601f640b7cba91484b49fc7a11578ce560016d58f14642ed0907c0a58dc99c7ce425dd39355af3c6596435d4c355', 18390907);
