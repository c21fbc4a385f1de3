//! A run holds up nobody, whatever the runtime is.

use std::sync::Arc;

use onward::Event;
use onward_sqlx::ApplySqlx;
use tokio::sync::Notify;

use super::super::sqlx::sqlite::SqliteConnectOptions;
use super::super::sqlx::{ConnectOptions, Connection, query_scalar};
use super::{JOBS, Result, file};

/// On the one thread there is, the other task has to run before the run can end.
#[tokio::test(flavor = "current_thread")]
async fn other_tasks_go_on_while_it_waits() -> Result {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("app.db");
    let mut conn = file(&path).connect().await?;
    let other = onward::rusqlite::Connection::open(&path)?;
    other.execute_batch("BEGIN EXCLUSIVE")?;
    let waiting = Arc::new(Notify::new());
    let waits = Arc::clone(&waiting);
    let migrator = JOBS.migrator().observer(move |event| {
        if let Event::Waiting { .. } = event {
            waits.notify_one();
        }
    });
    let release = async {
        waiting.notified().await;
        other.execute_batch("ROLLBACK")
    };
    let (report, released) = tokio::join!(migrator.apply_sqlx(&mut conn), release);
    released?;
    assert_eq!(report?.applied.len(), 10);
    Ok(conn.close().await?)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_future_that_is_dropped_waits_for_the_end() -> Result {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("app.db");
    let mut conn = file(&path).connect().await?;
    let other = onward::rusqlite::Connection::open(&path)?;
    other.execute_batch("BEGIN EXCLUSIVE")?;
    let waiting = Arc::new(Notify::new());
    let waits = Arc::clone(&waiting);
    let migrator = JOBS.migrator().observer(move |event| {
        if let Event::Waiting { .. } = event {
            waits.notify_one();
        }
    });
    let mut run = Box::pin(migrator.apply_sqlx(&mut conn));
    tokio::select! {
        report = &mut run => panic!("{report:?}"),
        () = waiting.notified() => {}
    }
    let releasing = std::thread::spawn(move || other.execute_batch("ROLLBACK"));
    drop(run);
    releasing.join().unwrap()?;
    let applied: i64 = query_scalar("SELECT count(*) FROM onward_migrations").fetch_one(&mut conn).await?;
    assert_eq!(applied, 10);
    Ok(conn.close().await?)
}

#[test]
fn no_runtime_is_needed_for_a_connection() -> Result {
    futures_executor::block_on(async {
        let mut conn = SqliteConnectOptions::new().connect().await?;
        assert_eq!(JOBS.apply_sqlx(&mut conn).await?.applied.len(), 10);
        Ok(conn.close().await?)
    })
}
