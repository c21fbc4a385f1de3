//! A job queue on SQLite: brings the database up to date, says what that took, then does a day's work in it.
//!
//! `cargo run -p quickstart [FILE]`

use std::path::PathBuf;
use std::process::ExitCode;

use onward::rusqlite::{Connection, OptionalExtension, params};
use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("../../migrations");

fn main() -> ExitCode {
    let path = std::env::args_os().nth(1).map_or_else(|| PathBuf::from("jobs.db"), PathBuf::from);
    match run(path) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(path: PathBuf) -> Result<(), Box<dyn std::error::Error>> {
    let (mut conn, report) = MIGRATIONS.migrator().open(&path)?;
    println!("{}: {}", path.display(), if report.is_up_to_date() { "nothing to do" } else { "migrated" });
    println!("{report}\n");

    enqueue(&mut conn, &["welcome", "invoice", "reminder"])?;
    while let Some((id, kind)) = take(&conn)? {
        finish(&conn, id, if kind == "reminder" { Some("mailbox full") } else { None })?;
    }
    print_queues(&conn)?;
    Ok(())
}

fn enqueue(conn: &mut Connection, kinds: &[&str]) -> onward::rusqlite::Result<()> {
    let transaction = conn.transaction()?;
    for kind in kinds {
        let sql = "INSERT INTO jobs(queue, payload) VALUES ('mail', json_object('kind', ?1))";
        transaction.execute(sql, [kind])?;
    }
    transaction.commit()
}

/// The most urgent job that waits, now running.
fn take(conn: &Connection) -> onward::rusqlite::Result<Option<(i64, String)>> {
    let sql = "UPDATE jobs SET state = 'running'
               WHERE id = (SELECT id FROM jobs WHERE queue = 'mail' AND state = 'queued' AND archived = 0
                           ORDER BY priority DESC, id LIMIT 1)
               RETURNING id, json_extract(payload, '$.kind')";
    conn.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?))).optional()
}

fn finish(conn: &Connection, id: i64, failure: Option<&str>) -> onward::rusqlite::Result<()> {
    let sql = "INSERT INTO attempts(job_id, worker, finished_at, failure) VALUES (?1, 'quickstart', CURRENT_TIMESTAMP, ?2)";
    conn.execute(sql, params![id, failure])?;
    let state = if failure.is_some() { "failed" } else { "done" };
    conn.execute(
        "UPDATE jobs SET state = ?2, archived = ?3 WHERE id = ?1",
        params![id, state, failure.is_none()],
    )?;
    Ok(())
}

fn print_queues(conn: &Connection) -> onward::rusqlite::Result<()> {
    let mut query = conn.prepare("SELECT queue, jobs, queued, failed FROM queue_stats")?;
    let mut rows = query.query([])?;
    println!("  {:<10} {:>6} {:>6} {:>6}", "queue", "open", "queued", "failed");
    while let Some(row) = rows.next()? {
        let (queue, numbers): (String, [i64; 3]) = (row.get(0)?, [row.get(1)?, row.get(2)?, row.get(3)?]);
        println!("  {queue:<10} {:>6} {:>6} {:>6}", numbers[0], numbers[1], numbers[2]);
    }
    let archived: i64 = conn.query_row("SELECT count(*) FROM jobs WHERE archived", [], |row| row.get(0))?;
    let logged: i64 = conn.query_row("SELECT count(*) FROM job_log", [], |row| row.get(0))?;
    println!("  {archived} done and archived, {logged} changes of state logged");
    Ok(())
}
