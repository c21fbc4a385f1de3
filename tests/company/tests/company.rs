//! onward with the crates that hold connections for an application.

use std::path::PathBuf;

use onward::{Migrations, migrations};
use tempfile::TempDir;

static MIGRATIONS: Migrations = migrations!("../../migrations");

type Result = std::result::Result<(), Box<dyn std::error::Error>>;

const COUNT: &str = "SELECT count(*) FROM onward_migrations";

fn file() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("app.db");
    (folder, path)
}

#[test]
fn r2d2() -> Result {
    let (_folder, path) = file();
    let pool = r2d2::Pool::new(r2d2_sqlite::SqliteConnectionManager::file(path))?;
    assert_eq!(MIGRATIONS.apply(&mut *pool.get()?)?.applied.len(), 10);
    let (one, mut other) = (pool.get()?, pool.get()?);
    assert_eq!(one.query_row(COUNT, [], |row| row.get::<_, i64>(0))?, 10);
    assert!(MIGRATIONS.apply(&mut *other)?.is_up_to_date());
    Ok(())
}

#[tokio::test]
async fn deadpool() -> Result {
    use deadpool_sqlite::{Config, Runtime};
    let (_folder, path) = file();
    let pool = Config::new(path).create_pool(Runtime::Tokio1)?;
    let report =
        pool.get().await?.interact(|conn| MIGRATIONS.apply(conn)).await.map_err(|error| error.to_string())??;
    assert_eq!(report.applied.len(), 10);
    let conn = pool.get().await?;
    let count = conn.interact(|conn| conn.query_row(COUNT, [], |row| row.get::<_, i64>(0))).await;
    assert_eq!(count.map_err(|error| error.to_string())??, 10);
    Ok(())
}

#[tokio::test]
async fn tokio_rusqlite() -> Result {
    let (_folder, path) = file();
    let conn = ::tokio_rusqlite::Connection::open(path).await?;
    let report = conn.call(|conn| MIGRATIONS.apply(conn)).await?;
    assert_eq!(report.applied.len(), 10);
    assert_eq!(conn.call(|conn| conn.query_row(COUNT, [], |row| row.get::<_, i64>(0))).await?, 10);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn spawn_blocking() -> Result {
    let (_folder, path) = file();
    let starts = [(); 4].map(|()| {
        let path = path.clone();
        tokio::task::spawn_blocking(move || MIGRATIONS.migrator().open(path))
    });
    let mut applied = 0;
    for start in starts {
        let (conn, report) = start.await??;
        applied += report.applied.len();
        // A connection may go to another thread.
        let count =
            tokio::task::spawn_blocking(move || conn.query_row(COUNT, [], |row| row.get::<_, i64>(0)));
        assert_eq!(count.await??, 10);
    }
    assert_eq!(applied, 10);
    Ok(())
}
