//! Every macro expands to the name that Cargo.toml gives to the crate: `migrate`.

use migrate::rusqlite::Transaction;
use migrate::{Migrations, Row, Snapshot, migrations, snapshot, sql};

pub static MIGRATIONS: Migrations = migrations!(after = { 1 => first_job });
pub static EMPTY: Snapshot = snapshot!();

/// A row of the table `jobs`.
#[derive(Debug, Row)]
#[onward(table = "jobs")]
pub struct Job {
    pub id: i64,
    pub state: String,
    pub note: Option<String>,
}

/// What a job needs.
#[derive(Row)]
#[onward(table = "jobs")]
pub struct NewJob<'a> {
    pub state: &'a str,
}

#[migrate::at(1)]
fn first_job(transaction: &Transaction<'_>) -> migrate::rusqlite::Result<()> {
    transaction.execute(sql!("INSERT INTO jobs(state) VALUES ('first')"), []).map(drop)
}

#[test]
fn macros_go_by_the_name_in_the_manifest() -> Result<(), Box<dyn std::error::Error>> {
    use migrate::{Insert, query, query_as, query_scalar};
    let mut conn = EMPTY.open_in_memory()?;
    assert!(MIGRATIONS.apply(&mut conn)?.is_up_to_date());
    let mut conn = migrate::rusqlite::Connection::open_in_memory()?;
    assert_eq!(MIGRATIONS.apply(&mut conn)?.applied.len(), 1);
    let id = NewJob { state: "queued" }.insert(&conn)?;
    let job: Job = query_as!(Job, "SELECT * FROM jobs WHERE id = ?", id).one(&conn)?;
    let row = query!("SELECT state, note FROM jobs WHERE id = ?", id).one(&conn)?;
    assert_eq!((job.id, &job.state, &job.note), (id, &row.state, &row.note));
    assert_eq!(query_scalar!("SELECT count(*) FROM jobs").one(&conn)?, 2);
    migrate::test_hook!(MIGRATIONS, 1);
    Ok(())
}
