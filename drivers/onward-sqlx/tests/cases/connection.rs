//! The connection is sqlx's: what it is of, and what stays on it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use onward::rusqlite::Transaction;
use onward::{Event, Migrations, migrations};
use onward_sqlx::ApplySqlx;

use super::super::sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use super::super::sqlx::{Column, ConnectOptions, Connection, Row, query, query_scalar};
use super::{JOBS, Result, file};

#[tokio::test]
async fn a_pool_of_one_connection_in_memory() -> Result {
    let pool = SqlitePoolOptions::new().max_connections(1).connect("sqlite::memory:").await?;
    let report = JOBS.apply_sqlx(&pool).await?;
    assert_eq!(report.applied.len(), 10);
    query("INSERT INTO jobs(queue, payload) VALUES ('mail', '{}')").execute(&pool).await?;
    assert!(JOBS.apply_sqlx(&pool).await?.is_up_to_date());
    let jobs: i64 = query_scalar("SELECT count(*) FROM jobs").fetch_one(&pool).await?;
    assert_eq!(jobs, 1);
    Ok(())
}

/// sqlx gives all connections of such a pool one cache.
#[tokio::test]
async fn a_pool_of_several_connections_in_memory() -> Result {
    let pool =
        SqlitePoolOptions::new().min_connections(1).max_connections(3).connect("sqlite::memory:").await?;
    // SQLite lets nobody open another connection to the cache while a run has it locked, so all are opened before.
    let [mut other, first, second] = [pool.acquire().await?, pool.acquire().await?, pool.acquire().await?];
    drop((first, second));
    let (one, two) = tokio::join!(JOBS.apply_sqlx(&pool), JOBS.apply_sqlx(&pool));
    assert_eq!(one?.applied.len() + two?.applied.len(), 10);
    let jobs: i64 = query_scalar("SELECT count(*) FROM jobs").fetch_one(&mut *other).await?;
    assert_eq!(jobs, 0);
    assert!(JOBS.apply_sqlx(&mut other).await?.is_up_to_date());
    Ok(())
}

/// sqlx asks for WAL when it opens a connection, and has the file only once nobody else writes.
#[tokio::test]
async fn a_connection_that_cannot_be_opened_for_a_moment_is_opened_again() -> Result {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("app.db");
    let other = onward::rusqlite::Connection::open(&path)?;
    other.execute_batch("CREATE TABLE others(a); DROP TABLE others; BEGIN EXCLUSIVE")?;
    let (other, attempts) = (Mutex::new(other), Arc::new(AtomicUsize::new(0)));
    let counted = Arc::clone(&attempts);
    // sqlx asks for the name each time that it is about to open a connection.
    let name = move |number| {
        if counted.fetch_add(1, Ordering::SeqCst) == 2 {
            other.lock().unwrap().execute_batch("COMMIT").unwrap();
        }
        format!("worker {number}")
    };
    let options = file(&path).busy_timeout(Duration::ZERO).thread_name(name);
    let pool = SqlitePoolOptions::new().connect_lazy_with(options);
    assert!(pool.acquire().await.is_err());
    assert_eq!(attempts.load(Ordering::SeqCst), 1);
    assert_eq!(JOBS.apply_sqlx(&pool).await?.applied.len(), 10);
    assert_eq!(attempts.load(Ordering::SeqCst), 3);
    Ok(())
}

#[tokio::test]
async fn a_uri_is_what_names_the_database() -> Result {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("app.db");
    let name = format!("file:{}?psow=0", path.display());
    let mut conn = SqliteConnectOptions::new().filename(name).create_if_missing(true).connect().await?;
    assert_eq!(JOBS.apply_sqlx(&mut conn).await?.applied.len(), 10);
    conn.close().await?;
    assert!(JOBS.migrator().open(path)?.1.is_up_to_date());
    Ok(())
}

/// A statement that was prepared before the run has the columns of after it.
#[tokio::test]
async fn statements_that_sqlx_has_cached_are_forgotten() -> Result {
    let mut conn = SqliteConnectOptions::new().connect().await?;
    JOBS.migrator().target(1).apply_sqlx(&mut conn).await?;
    let sql = "SELECT * FROM jobs";
    query("INSERT INTO jobs(queue, payload) VALUES ('mail', '{}')").execute(&mut conn).await?;
    let before = query(sql).fetch_one(&mut conn).await?.len();
    JOBS.apply_sqlx(&mut conn).await?;
    let row = query(sql).fetch_one(&mut conn).await?;
    assert!(row.len() > before, "{before}");
    assert!(row.columns().iter().any(|column| column.name() == "priority"), "{:?}", row.columns());
    Ok(conn.close().await?)
}

#[tokio::test]
async fn settings_handlers_and_collations_stay() -> Result {
    let folder = tempfile::tempdir()?;
    let options = file(&folder.path().join("app.db")).busy_timeout(Duration::from_millis(1234));
    let mut conn = options.collation("by_length", |one, other| one.len().cmp(&other.len())).connect().await?;
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    conn.lock_handle().await?.set_progress_handler(1, move || {
        counted.fetch_add(1, Ordering::Relaxed);
        true
    });
    JOBS.apply_sqlx(&mut conn).await?;
    let calls_of_the_run = calls.load(Ordering::Relaxed);
    let settings: (i64, i64) = (
        query_scalar("PRAGMA busy_timeout").fetch_one(&mut conn).await?,
        query_scalar("PRAGMA foreign_keys").fetch_one(&mut conn).await?,
    );
    assert_eq!(settings, (1234, 1));
    assert!(calls_of_the_run > 0 && calls.load(Ordering::Relaxed) > calls_of_the_run);
    let longest: String =
        query_scalar("SELECT column1 FROM (VALUES ('bbb'), ('z')) ORDER BY column1 COLLATE by_length DESC")
            .fetch_one(&mut conn)
            .await?;
    assert_eq!(longest, "bbb");
    // SQLite refuses to close a connection with statements left, and sqlx panics then.
    Ok(conn.close().await?)
}

fn number_them(
    transaction: &Transaction<'_>,
) -> std::result::Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let mut statement = transaction.prepare_cached("UPDATE messages SET identity = 'm' || id")?;
    statement.execute([])?;
    Ok(())
}

static MESSAGES: Migrations = migrations!("../../tests/histories/hashes", after = { 2 => number_them });

#[tokio::test]
async fn code_beside_the_migrations_and_events() -> Result {
    let mut conn = SqliteConnectOptions::new().connect().await?;
    MESSAGES.migrator().target(1).apply_sqlx(&mut conn).await?;
    query("INSERT INTO messages(sender, body) VALUES ('a', 'b'), ('c', 'd')").execute(&mut conn).await?;
    let (sender, events) = std::sync::mpsc::channel();
    let migrator = MESSAGES.migrator().observer(move |event| {
        if let Event::Started { migration, .. } = event {
            sender.send(migration.name().to_string()).unwrap();
        }
    });
    let report = migrator.apply_sqlx(&mut conn).await?;
    assert_eq!(report.applied.len(), 2);
    assert_eq!(events.iter().collect::<Vec<_>>().len(), 2);
    let last: String = query_scalar("SELECT max(identity) FROM messages").fetch_one(&mut conn).await?;
    assert_eq!(last, "m2");
    Ok(conn.close().await?)
}
