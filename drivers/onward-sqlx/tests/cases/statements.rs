//! Checked statements beside sqlx's own.

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

/// SQLite gives the next connection the memory of one that is closed.
#[tokio::test]
async fn one_connection_after_the_other() -> Result {
    for round in 0..20 {
        let mut conn = SqliteConnectOptions::new().connect().await?;
        sqlx::query("CREATE TABLE queues(name TEXT, concurrency INTEGER)").execute(&mut conn).await?;
        let name = format!("queue {round}");
        let insert = query!(migrations = "../../migrations", "INSERT INTO queues(name) VALUES (:name)");
        insert.on(&mut conn).execute().await?;
        let names = query_scalar!(migrations = "../../migrations", "SELECT name FROM queues");
        assert_eq!(names.on(&mut conn).all().await?, [name]);
        conn.close().await?;
    }
    Ok(())
}
