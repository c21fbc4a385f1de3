//! Errors are onward's, and leave sqlx's connection as it was.

use std::panic::AssertUnwindSafe;

use onward::rusqlite::Transaction;
use onward::{ErrorKind, Migrations, migrations};
use onward_sqlx::ApplySqlx;

use super::super::sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use super::super::sqlx::{ConnectOptions, Connection, query, query_scalar};
use super::{JOBS, Result, file};

#[tokio::test]
async fn a_database_without_a_ledger() -> Result {
    let pool = SqlitePoolOptions::new().max_connections(1).connect("sqlite::memory:").await?;
    query("CREATE TABLE notes(body TEXT)").execute(&pool).await?;
    let error = JOBS.apply_sqlx(&pool).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::NoLedger { tables } if tables == &["notes"]), "{error}");
    let tables: i64 = query_scalar("SELECT count(*) FROM sqlite_schema").fetch_one(&pool).await?;
    assert_eq!(tables, 1);
    Ok(())
}

#[tokio::test]
async fn a_file_that_is_no_database() -> Result {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("app.db");
    std::fs::write(&path, "anything but a database ".repeat(100))?;
    let mut conn = SqliteConnectOptions::new().filename(&path).connect().await?;
    let error = JOBS.apply_sqlx(&mut conn).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::NotADatabase { .. }), "{error}");
    assert_eq!(error.path(), Some(path.as_path()));
    Ok(())
}

#[tokio::test]
async fn no_connection() -> Result {
    let folder = tempfile::tempdir()?;
    let pool = SqlitePoolOptions::new().connect_lazy_with(file(&folder.path().join("missing/app.db")));
    let error = JOBS.apply_sqlx(&pool).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::NoConnection { .. }), "{error}");
    assert!(error.to_string().contains("unable to open database file"), "{error}");
    pool.close().await;
    let error = JOBS.apply_sqlx(&pool).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::NoConnection { .. }), "{error}");
    Ok(())
}

#[tokio::test]
async fn a_transaction_of_sqlx_goes_on() -> Result {
    let mut conn = SqliteConnectOptions::new().connect().await?;
    let mut transaction = conn.begin().await?;
    query("CREATE TABLE notes(body TEXT)").execute(&mut *transaction).await?;
    let error = JOBS.apply_sqlx(&mut *transaction).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::InTransaction), "{error}");
    transaction.rollback().await?;
    assert_eq!(JOBS.apply_sqlx(&mut conn).await?.applied.len(), 10);
    Ok(conn.close().await?)
}

fn panics(
    transaction: &Transaction<'_>,
) -> std::result::Result<(), Box<dyn std::error::Error + Send + Sync>> {
    transaction.prepare_cached("SELECT * FROM messages")?.exists([])?;
    panic!("the code beside it")
}

static PANICS: Migrations = migrations!("../../tests/histories/hashes", after = { 2 => panics });

#[tokio::test]
async fn a_panic_goes_on_after_everything_is_rolled_back() -> Result {
    let mut conn = SqliteConnectOptions::new().connect().await?;
    let outcome = tokio::spawn(async move {
        let run = AssertUnwindSafe(PANICS.apply_sqlx(&mut conn));
        (futures_catch(run).await.map(drop), conn)
    });
    let (outcome, mut conn) = outcome.await?;
    assert_eq!(outcome.unwrap_err().downcast_ref(), Some(&"the code beside it"));
    let tables: i64 = query_scalar("SELECT count(*) FROM sqlite_schema").fetch_one(&mut conn).await?;
    assert_eq!(tables, 0);
    Ok(conn.close().await?)
}

/// A future whose panic is a result.
async fn futures_catch<F: Future>(run: AssertUnwindSafe<F>) -> std::thread::Result<F::Output> {
    let mut run = std::pin::pin!(run.0);
    std::future::poll_fn(move |context| {
        match std::panic::catch_unwind(AssertUnwindSafe(|| run.as_mut().poll(context))) {
            Ok(poll) => poll.map(Ok),
            Err(panic) => std::task::Poll::Ready(Err(panic)),
        }
    })
    .await
}
