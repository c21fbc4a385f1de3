//! On a pool of deadpool's.

#[path = "../../cases.rs"]
mod cases;

use std::path::Path;

use deadpool_sqlite::{Config, Hook, HookError, Runtime};
use onward::{CallError, query, query_scalar};
use onward_deadpool_sqlite as _;

type Db = deadpool_sqlite::Pool;

/// Whether a statement waits for a connection in its future alone: dropped by then, it never runs.
const WAITS_IN_ITS_FUTURE: bool = true;

async fn open(path: &Path, connections: u32) -> Db {
    let builder = Config::new(path).builder(Runtime::Tokio1).unwrap();
    let wait = Hook::sync_fn(|conn, _| {
        let conn = conn.lock().map_err(|error| HookError::message(error.to_string()))?;
        conn.busy_timeout(cases::PATIENCE).map_err(HookError::Backend)
    });
    builder.max_size(connections as usize).post_create(wait).build().unwrap()
}

async fn unreachable(path: &Path) -> Db {
    let db = open(path, 1).await;
    db.close();
    db
}

/// `.on(&conn)` stays on it.
#[tokio::test]
async fn a_connection_of_the_pool() -> Result<(), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let pool = open(&folder.path().join("app.db"), 1).await;
    let conn = pool.get().await?;
    static MIGRATIONS: onward::Migrations = onward::migrations!("../../migrations");
    MIGRATIONS.apply_on(&conn).await?;
    query!(migrations = "../../migrations", "INSERT INTO queues(name) VALUES ('reports')")
        .on(&conn)
        .execute()
        .await?;
    let changes = query_scalar!(migrations = "../../migrations", "SELECT changes() AS \"changes: i64\"")
        .on(&conn)
        .one();
    assert_eq!(changes.await?, 1);

    let _ = conn.interact(|_| panic!("in a closure")).await.unwrap_err();
    let count = query_scalar!(migrations = "../../migrations", "SELECT count(*) FROM queues");
    let error = count.clone().on(&conn).one().await.unwrap_err();
    assert!(matches!(error, CallError::NoConnection(_)), "{error}");
    assert!(error.to_string().contains("an earlier call has panicked"), "{error}");
    drop(conn);
    assert_eq!(count.on(&pool).one().await?, 3);
    Ok(())
}
