//! Checked statements beside sqlx's own.

use std::collections::HashSet;

use onward::{query, query_scalar};

use super::super::sqlx::sqlite::SqliteConnectOptions;
use super::super::sqlx::{self, ConnectOptions, Connection};
use super::{JOBS, Result};

#[tokio::test]
async fn a_transaction_of_sqlx_has_them() -> Result {
    let mut conn = SqliteConnectOptions::new().connect().await?;
    JOBS.apply_on(&mut conn).await?;
    let mut transaction = conn.begin().await?;
    let queue = String::from("mail");
    for _ in 0..2 {
        let add =
            query!(migrations = "../../migrations", "INSERT INTO jobs(queue, payload) VALUES (:queue, '{}')");
        assert_eq!(add.on(&mut *transaction).execute().await?, 1);
    }
    let jobs: i64 = sqlx::query_scalar("SELECT count(*) FROM jobs").fetch_one(&mut *transaction).await?;
    assert_eq!(jobs, 2);
    transaction.rollback().await?;
    let jobs = query_scalar!(migrations = "../../migrations", "SELECT count(*) FROM jobs");
    assert_eq!(jobs.on(&mut conn).one().await?, 0);
    // SQLite refuses to close a connection with statements left, and sqlx panics then.
    Ok(conn.close().await?)
}

/// SQLite gets the memory of a connection that is closed for one that is opened, so a handle comes again.
#[tokio::test]
async fn a_handle_of_the_same_address() -> Result {
    let mut handles = HashSet::new();
    for round in 0..10_000 {
        let mut conn = SqliteConnectOptions::new().connect().await?;
        let is_new = handles.insert(conn.lock_handle().await?.as_raw_handle().addr());
        sqlx::query("CREATE TABLE queues(name TEXT, concurrency INTEGER)").execute(&mut conn).await?;
        let name = format!("queue {round}");
        let insert = query!(migrations = "../../migrations", "INSERT INTO queues(name) VALUES (:name)");
        insert.on(&mut conn).execute().await?;
        let names = query_scalar!(migrations = "../../migrations", "SELECT name FROM queues");
        assert_eq!(names.on(&mut conn).all().await?, [name]);
        conn.close().await?;
        if !is_new {
            return Ok(());
        }
    }
    panic!("each of {} connections has an address of its own", handles.len())
}
