//! A slow statement found, and how fast it is with what is advised: `cargo run --release -p onward-analysis --example plans`.
//!
//! A folder with a table of jobs is analysed, each statement is planned as `query!` does it, then run on a million rows; the
//! index is made that the help names, and it is run again.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use onward_analysis::{Proof, analyze};
use rusqlite::Connection;

const ROWS: u32 = 1_000_000;

const SCHEMA: &str = "
    CREATE TABLE customers(id INTEGER PRIMARY KEY, name TEXT NOT NULL);
    CREATE TABLE jobs(
        id INTEGER PRIMARY KEY, customer INTEGER NOT NULL REFERENCES customers(id), queue TEXT NOT NULL,
        due INTEGER NOT NULL, payload TEXT NOT NULL
    );
    CREATE INDEX jobs_by_queue ON jobs(queue);
";

const STATEMENTS: [&str; 4] = [
    "SELECT * FROM jobs WHERE customer = 4711",
    "SELECT * FROM jobs WHERE queue = 'queue 7' ORDER BY due LIMIT 10",
    "SELECT max(due) FROM jobs",
    "DELETE FROM customers WHERE id = -1",
];

fn main() -> Result<(), Box<dyn Error>> {
    let dir = tempfile::tempdir()?;
    fs::write(dir.path().join("0001_jobs.sql"), SCHEMA)?;
    fs::write(dir.path().join("onward.toml"), "[plans]\nlevel = \"warn\"\n")?;
    let analysis = analyze(dir.path(), Proof::Whole);
    let conn = filled(&dir.path().join("app.db"))?;
    for sql in STATEMENTS {
        let before = time(&conn, sql)?;
        let plans = analysis.plans(sql.into());
        // A DELETE of a parent looks for its children: that is said of the migrations.
        let found = plans.diagnostics.first().or(analysis.diagnostics.first()).ok_or("nothing is said")?;
        let index = found.help.split('`').nth(1).ok_or("no index is advised")?;
        conn.execute_batch(index)?;
        let after = time(&conn, sql)?;
        println!("{sql}\n  {}: {before:.3?}\n  {index}\n  then: {after:.3?}\n", found.rule.code);
        let name = index.split(' ').nth(2).ok_or("the index has a name")?;
        conn.execute_batch(&format!("DROP INDEX {name}"))?;
    }
    Ok(())
}

/// A database of a million rows.
fn filled(path: &Path) -> rusqlite::Result<Connection> {
    let conn = Connection::open(path)?;
    conn.execute_batch(&format!("PRAGMA foreign_keys = on; PRAGMA synchronous = off; {SCHEMA}"))?;
    let numbers = format!("WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {ROWS})");
    conn.execute_batch(&format!(
        "BEGIN;
         {numbers} INSERT INTO customers SELECT i, 'customer ' || i FROM n WHERE i <= 100000;
         {numbers} INSERT INTO jobs
         SELECT i, 1 + i * 7919 % 100000, 'queue ' || (i * 31 % 100), i * 104729 % 1000003, 'payload of job ' || i FROM n;
         INSERT INTO customers VALUES (-1, 'nobody');
         COMMIT;"
    ))?;
    Ok(conn)
}

/// The median of seven runs, none of which changes anything.
fn time(conn: &Connection, sql: &str) -> rusqlite::Result<Duration> {
    let mut times = Vec::new();
    for _ in 0..7 {
        conn.execute_batch("BEGIN")?;
        let start = Instant::now();
        let mut statement = conn.prepare(sql)?;
        let mut rows = statement.raw_query();
        while rows.next()?.is_some() {}
        times.push(start.elapsed());
        drop(rows);
        drop(statement);
        conn.execute_batch("ROLLBACK")?;
    }
    times.sort_unstable();
    Ok(times[times.len() / 2])
}
