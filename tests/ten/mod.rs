//! Ten processes with four starters each at one file: for the tests of each crate that holds connections.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use onward::Migrations;

pub(crate) type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

pub(crate) const STARTERS: usize = 4;
const PROCESSES: usize = 10;
const FILE: &str = "ONWARD_TEST_FILE";
const APPLIED: &str = "migrations applied: ";

/// Starts this test ten times: with a file named, it is one of the ten, and its starters say how much they have applied.
///
/// The first history is `counter`, whose second migration writes one row and would not fail the second time.
pub(crate) fn ten(
    test: &str,
    histories: &[&Migrations],
    start: impl FnOnce(&Path) -> Result<Vec<usize>>,
) -> Result {
    if let Some(path) = std::env::var_os(FILE) {
        let applied = start(&PathBuf::from(path))?;
        assert_eq!(applied.len(), STARTERS);
        println!("\n{APPLIED}{}", applied.iter().sum::<usize>());
        return Ok(());
    }
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("app.db");
    let children = (0..PROCESSES).map(|_| {
        Command::new(std::env::current_exe()?)
            .args(["--exact", test, "--nocapture"])
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
    assert_eq!(applied, histories.iter().map(|history| history.list().len()).sum());
    let conn = onward::rusqlite::Connection::open(&path)?;
    assert_eq!(conn.query_row("SELECT count(*) FROM counter", [], |row| row.get::<_, i64>(0))?, 1);
    for history in histories {
        assert_eq!(history.verify(&conn)?, []);
    }
    Ok(())
}

/// Tasks that start at the same time, and how much each has applied.
pub(crate) fn tasks<F: Future<Output = Result<usize>> + Send + 'static>(
    start: impl Fn() -> F,
) -> Result<Vec<usize>> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let starts: Vec<_> = (0..STARTERS).map(|_| tokio::spawn(start())).collect();
        let mut applied = Vec::new();
        for start in starts {
            applied.push(start.await??);
        }
        Ok(applied)
    })
}
