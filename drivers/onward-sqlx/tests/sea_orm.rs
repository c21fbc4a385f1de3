//! onward on the pool of sea-orm 1.1, which is sqlx 0.8's.
#![cfg(feature = "sqlx-08")]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use onward::{Migrations, migrations};
use onward_sqlx::ApplySqlx;
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, DbErr, Statement};

/// The second writes one row, which raises no error when it runs twice.
static COUNTER: Migrations = migrations!("../../tests/histories/counter");

type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

const PROCESSES: usize = 10;
const STARTERS: usize = 4;
const FILE: &str = "ONWARD_TEST_FILE";
const APPLIED: &str = "migrations applied: ";

/// It connects when it is asked for the first time, so that nothing reads before the migrations.
async fn connect(path: &Path) -> std::result::Result<DatabaseConnection, DbErr> {
    let mut options = ConnectOptions::new(format!("sqlite://{}?mode=rwc", path.display()));
    options.connect_lazy(true).sqlx_logging(false);
    Database::connect(options).await
}

/// Starts itself ten times: with a file named, it is one of the ten.
#[test]
fn ten_processes_migrate_one_file_once() -> Result {
    if let Some(path) = std::env::var_os(FILE) {
        println!("\n{APPLIED}{}", start_at_once(path.into())?);
        return Ok(());
    }
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("app.db");
    let children = (0..PROCESSES).map(|_| {
        Command::new(std::env::current_exe()?)
            .args(["--exact", "ten_processes_migrate_one_file_once", "--nocapture"])
            .env(FILE, &path)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
    });
    let mut applied = 0;
    for child in children.collect::<std::io::Result<Vec<_>>>()? {
        let output = child.wait_with_output()?;
        let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}");
        let mut counts = said.lines().filter_map(|line| line.strip_prefix(APPLIED)?.parse::<usize>().ok());
        applied += counts.next().ok_or_else(|| said.to_string())?;
    }
    assert_eq!(applied, COUNTER.list().len());
    let conn = onward::rusqlite::Connection::open(&path)?;
    let rows: i64 = conn.query_row("SELECT count(*) FROM counter", [], |row| row.get(0))?;
    assert_eq!(rows, 1);
    assert_eq!(COUNTER.verify(&conn)?, []);
    Ok(())
}

/// Starters with a connection of sea-orm's each, at the same time, and how many migrations ran.
#[tokio::main(flavor = "multi_thread")]
async fn start_at_once(path: PathBuf) -> Result<usize> {
    let start = |path: PathBuf| async move {
        let db = connect(&path).await?;
        let report = COUNTER.apply_sqlx(db.get_sqlite_connection_pool()).await?;
        let count = Statement::from_string(DbBackend::Sqlite, "SELECT count(*) AS rows FROM counter");
        let row = db.query_one(count).await?.ok_or("a count has a row")?;
        assert_eq!(row.try_get::<i64>("", "rows")?, 1);
        db.close().await?;
        Ok::<_, Box<dyn std::error::Error + Send + Sync>>(report.applied.len())
    };
    let starts: Vec<_> = (0..STARTERS).map(|_| tokio::spawn(start(path.clone()))).collect();
    let mut applied = 0;
    for start in starts {
        applied += start.await??;
    }
    Ok(applied)
}
