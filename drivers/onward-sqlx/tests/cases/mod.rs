//! What holds with every sqlx.

mod connection;
mod errors;
#[path = "../../../cases.rs"]
mod queries;
mod runtime;
mod starters;
mod statements;

use std::path::Path;

use onward::{Migrations, migrations};

use super::sqlx::SqlitePool;
use super::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions};

/// Ten migrations.
static JOBS: Migrations = migrations!("../../migrations");
/// The second writes one row, which raises no error when it runs twice.
static COUNTER: Migrations = migrations!("../../tests/histories/counter");

type Result = std::result::Result<(), Box<dyn std::error::Error>>;

fn file(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new().filename(path).create_if_missing(true).journal_mode(SqliteJournalMode::Wal)
}

/// What `queries` runs on.
type Db = SqlitePool;

/// Whether a statement waits for a connection in its future alone: dropped by then, it never runs.
const WAITS_IN_ITS_FUTURE: bool = true;

async fn open(path: &Path, connections: u32) -> Db {
    let options = SqlitePoolOptions::new().max_connections(connections).acquire_timeout(queries::PATIENCE);
    options.connect_lazy_with(file(path).busy_timeout(queries::PATIENCE))
}

async fn unreachable(path: &Path) -> Db {
    let db = open(path, 1).await;
    db.close().await;
    db
}
