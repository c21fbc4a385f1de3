//! Many files, as little as is right for each: the newest version is read, and where one is pending, read again under the lock.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::thread;

use anyhow::{Context, Result};
use contender::{OUTDATED, PATIENCE};
use rusqlite::{Connection, OpenFlags, TransactionBehavior};

/// Which version has run, and when.
const LEDGER: &str =
    "CREATE TABLE ledger (version INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at TEXT NOT NULL)";
const NEWEST: &str = "SELECT version FROM ledger ORDER BY version DESC LIMIT 1";

/// Makes a file that has run the first migrations.
pub(crate) fn outdated(history: &[&str], path: &Path) -> Result<()> {
    let conn = Connection::open(path)?;
    conn.execute_batch(LEDGER)?;
    run(&conn, &history[..OUTDATED], 0)
}

/// Brings files up to date, so many at a time.
pub(crate) fn sweep(
    history: &[&str],
    paths: impl Iterator<Item = PathBuf> + Send,
    jobs: usize,
) -> Result<()> {
    let paths = Mutex::new(paths);
    let next = || paths.lock().unwrap_or_else(PoisonError::into_inner).next();
    let work = || {
        while let Some(path) = next() {
            migrate(history, &path)?;
        }
        Ok(())
    };
    thread::scope(|scope| {
        let threads: Vec<_> = (0..jobs).map(|_| scope.spawn(work)).collect();
        threads
            .into_iter()
            .try_for_each(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    })
}

fn migrate(history: &[&str], path: &Path) -> Result<()> {
    let mut conn = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    conn.busy_timeout(PATIENCE)?;
    if version(&conn)? == history.len() {
        return Ok(());
    }
    let transaction = conn.transaction_with_behavior(TransactionBehavior::Exclusive)?;
    let version = version(&transaction)?;
    run(&transaction, history.get(version..).context("the file has run more than there is")?, version)?;
    Ok(transaction.commit()?)
}

fn version(conn: &Connection) -> Result<usize> {
    Ok(conn.query_row(NEWEST, [], |row| row.get::<_, i64>(0))?.try_into()?)
}

fn run(conn: &Connection, pending: &[&str], version: usize) -> Result<()> {
    for (version, text) in (version + 1..).zip(pending) {
        conn.execute_batch(text)?;
        let row = (i64::try_from(version)?, "a migration");
        conn.execute("INSERT INTO ledger VALUES (?1, ?2, datetime('now'))", row)?;
    }
    Ok(())
}
