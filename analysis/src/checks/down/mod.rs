//! Down migrations.

pub mod broken_down_migration;
pub mod schema_not_restored;
