//! What holds with every sqlx.

mod connection;
mod errors;
mod runtime;
mod starters;

use std::path::Path;

use onward::{Migrations, migrations};

use super::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode};

/// Ten migrations.
static JOBS: Migrations = migrations!("../../migrations");
/// The second writes one row, which raises no error when it runs twice.
static COUNTER: Migrations = migrations!("../../tests/histories/counter");

type Result = std::result::Result<(), Box<dyn std::error::Error>>;

fn file(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new().filename(path).create_if_missing(true).journal_mode(SqliteJournalMode::Wal)
}
