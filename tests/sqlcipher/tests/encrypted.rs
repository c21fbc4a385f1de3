//! An encrypted database is migrated on a connection that has its key.

use onward::rusqlite::Connection;
use onward::{ErrorKind, Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("../../migrations");

type Result = std::result::Result<(), Box<dyn std::error::Error>>;

fn open(path: &std::path::Path, key: &str) -> rusqlite::Result<Connection> {
    let conn = Connection::open(path)?;
    conn.pragma_update(None, "key", key)?;
    Ok(conn)
}

#[test]
fn it_is_migrated_and_stays_encrypted() -> Result {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("app.db");
    let mut conn = open(&path, "correct horse")?;
    let version: String = conn.query_row("PRAGMA cipher_version", [], |row| row.get(0))?;
    println!("SQLCipher {version}, SQLite {}", onward::rusqlite::version());
    assert_eq!(MIGRATIONS.migrator().target(4).apply(&mut conn)?.applied.len(), 4);
    conn.execute("INSERT INTO jobs(queue, payload) VALUES ('mail', '{}')", [])?;
    drop(conn);
    assert!(!std::fs::read(&path)?.starts_with(b"SQLite format 3"));

    let mut conn = open(&path, "correct horse")?;
    assert_eq!(MIGRATIONS.apply(&mut conn)?.applied.len(), 6);
    assert_eq!(conn.query_row("SELECT count(*) FROM jobs", [], |row| row.get::<_, i64>(0))?, 1);
    assert_eq!(MIGRATIONS.verify(&conn)?, []);
    assert!(MIGRATIONS.apply(&mut conn)?.is_up_to_date());
    Ok(())
}

#[tokio::test]
async fn through_sqlx_as_well() -> Result {
    use onward_sqlx::ApplySqlx;
    use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("app.db");
    let options = SqliteConnectOptions::new().filename(&path).create_if_missing(true);
    let pool = SqlitePoolOptions::new().connect_lazy_with(options.pragma("key", "'correct horse'"));
    assert_eq!(MIGRATIONS.apply_sqlx(&pool).await?.applied.len(), 10);
    let jobs: i64 = sqlx::query_scalar("SELECT count(*) FROM jobs").fetch_one(&pool).await?;
    assert_eq!(jobs, 0);
    pool.close().await;
    assert!(!std::fs::read(&path)?.starts_with(b"SQLite format 3"));
    assert!(MIGRATIONS.apply(&mut open(&path, "correct horse")?)?.is_up_to_date());
    Ok(())
}

#[test]
fn without_its_key_it_is_refused_and_stays() -> Result {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("app.db");
    MIGRATIONS.apply(&mut open(&path, "correct horse")?)?;
    let before = std::fs::read(&path)?;
    let wrong = MIGRATIONS.apply(&mut open(&path, "battery staple")?).unwrap_err();
    assert!(matches!(wrong.kind(), ErrorKind::NotADatabase { .. }), "{wrong}");
    // The simple way has no place for a key.
    let none = MIGRATIONS.open(&path).unwrap_err();
    assert!(matches!(none.kind(), ErrorKind::NotADatabase { .. }), "{none}");
    assert!(std::fs::read(&path)? == before);
    Ok(())
}
