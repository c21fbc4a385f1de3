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

#[test]
fn ten_processes_migrate_one_file_once() -> Result {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("app.db");
    let children: Vec<_> = (0..PROCESSES)
        .map(|_| {
            Command::new(std::env::current_exe().unwrap())
                .args(["--exact", "cases::starters::starter", "--ignored", "--nocapture"])
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

/// Each with a pool of its own, at the same time.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "the test above starts it"]
async fn starter() -> Result {
    let path = PathBuf::from(std::env::var_os(FILE).ok_or("the test above starts it")?);
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
