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

/// The same on a pool of each sqlx, which gives the key to every connection that it opens.
macro_rules! through_sqlx {
    ($name:ident, $sqlx:ident) => {
        #[tokio::test]
        async fn $name() -> Result {
            use onward_sqlx::ApplySqlx;
            use $sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
            let folder = tempfile::tempdir()?;
            let path = folder.path().join("app.db");
            let options = SqliteConnectOptions::new().filename(&path).create_if_missing(true);
            let with = |key| SqlitePoolOptions::new().connect_lazy_with(options.clone().pragma("key", key));
            let pool = with("'correct horse'");
            assert_eq!(MIGRATIONS.migrator().target(4).apply_sqlx(&pool).await?.applied.len(), 4);
            $sqlx::query("INSERT INTO jobs(queue, payload) VALUES ('mail', '{}')").execute(&pool).await?;
            assert_eq!(MIGRATIONS.apply_sqlx(&pool).await?.applied.len(), 6);
            let jobs: i64 = $sqlx::query_scalar("SELECT count(*) FROM jobs").fetch_one(&pool).await?;
            assert_eq!(jobs, 1);
            pool.close().await;
            let before = std::fs::read(&path)?;
            assert!(!before.starts_with(b"SQLite format 3"));
            // Another key opens nothing, and changes nothing.
            let refused = MIGRATIONS.apply_sqlx(&with("'battery staple'")).await.unwrap_err();
            assert!(refused.to_string().contains("file is not a database"), "{refused}");
            assert!(std::fs::read(&path)? == before);
            assert!(MIGRATIONS.apply(&mut open(&path, "correct horse")?)?.is_up_to_date());
            Ok(())
        }
    };
}

through_sqlx!(through_sqlx_08, sqlx_08);
through_sqlx!(through_sqlx_09, sqlx_09);

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
