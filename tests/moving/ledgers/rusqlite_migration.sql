-- What rusqlite_migration 2.5.0 has written of the first two migrations.
PRAGMA user_version = 2;
