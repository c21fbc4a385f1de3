//! Many processes at one file, several starters in each.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use onward_sqlx::ApplySqlx;

use super::super::sqlx::{Row, SqlitePool, query, sqlite::SqlitePoolOptions};
use super::{COUNTER, Result, file};

const PROCESSES: usize = 10;
const STARTERS: usize = 4;
const FILE: &str = "ONWARD_TEST_FILE";
const APPLIED: &str = "migrations applied: ";

/// Starts itself ten times: with a file named, it is one of the ten.
#[test]
fn ten_processes_migrate_one_file_once() -> Result {
    if let Some(path) = std::env::var_os(FILE) {
        return start_at_once(path.into());
    }
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("app.db");
    let children: Vec<_> = (0..PROCESSES)
        .map(|_| {
            Command::new(std::env::current_exe().unwrap())
                .args(["--exact", "cases::starters::ten_processes_migrate_one_file_once", "--nocapture"])
                .env(FILE, &path)
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
        })
        .collect::<std::io::Result<_>>()?;
    let mut applied = 0;
    for child in children {
        let output = child.wait_with_output()?;
        let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}");
        let counts: Vec<usize> =
            said.lines().filter_map(|line| line.strip_prefix(APPLIED)?.parse().ok()).collect();
        assert_eq!(counts.len(), STARTERS, "{said}");
        applied += counts.iter().sum::<usize>();
    }
    assert_eq!(applied, COUNTER.list().len());
    let conn = onward::rusqlite::Connection::open(&path)?;
    let rows: i64 = conn.query_row("SELECT count(*) FROM counter", [], |row| row.get(0))?;
    assert_eq!(rows, 1);
    assert_eq!(COUNTER.verify(&conn)?, []);
    Ok(())
}

/// Starters with a pool each, at the same time.
#[tokio::main(flavor = "multi_thread")]
async fn start_at_once(path: PathBuf) -> Result {
    let starts: Vec<_> = (0..STARTERS)
        .map(|_| {
            let path = path.clone();
            tokio::spawn(async move {
                let pool: SqlitePool = SqlitePoolOptions::new().connect_lazy_with(file(&path));
                let report = COUNTER.apply_sqlx(&pool).await?;
                let rows: i64 = query("SELECT count(*) FROM counter").fetch_one(&pool).await?.get(0);
                assert_eq!(rows, 1);
                pool.close().await;
                Ok::<_, Box<dyn std::error::Error + Send + Sync>>(report.applied.len())
            })
        })
        .collect();
    for start in starts {
        let applied = start.await?.map_err(|error| error.to_string())?;
        println!("\n{APPLIED}{applied}");
    }
    Ok(())
}
