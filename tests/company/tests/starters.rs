//! Ten processes with four starters each at one file, through each crate that holds connections.

use std::path::Path;

use onward::{Migrations, migrations};

use ten::{Result, STARTERS, tasks};

#[path = "../../ten/mod.rs"]
mod ten;

static COUNTER: Migrations = migrations!("../histories/counter");
/// A library's history in the same file, with a ledger of its own.
static AUTH: Migrations = migrations!("../histories/auth");

fn ten(test: &str, start: fn(&Path) -> Result<Vec<usize>>) -> Result {
    ten::ten(test, &[&COUNTER, &AUTH], start)
}

/// Both histories on a connection, and how many migrations ran.
fn both(conn: &mut rusqlite::Connection) -> onward::Result<usize> {
    Ok(AUTH.apply(conn)?.applied.len() + COUNTER.apply(conn)?.applied.len())
}

/// Threads that start at the same time.
fn threads(start: impl Fn() -> Result<usize> + Sync) -> Result<Vec<usize>> {
    std::thread::scope(|scope| {
        let starts: Vec<_> = (0..STARTERS).map(|_| scope.spawn(&start)).collect();
        starts.into_iter().map(|start| start.join().expect("no starter panics")).collect()
    })
}

#[test]
fn rusqlite_alone() -> Result {
    ten("rusqlite_alone", |path| threads(|| Ok(both(&mut rusqlite::Connection::open(path)?)?)))
}

#[test]
fn r2d2() -> Result {
    ten("r2d2", |path| {
        threads(|| {
            let pool =
                r2d2::Pool::builder().max_size(2).build(r2d2_sqlite::SqliteConnectionManager::file(path))?;
            Ok(both(&mut *pool.get()?)?)
        })
    })
}

#[test]
fn one_pool_of_r2d2() -> Result {
    ten("one_pool_of_r2d2", |path| {
        let pool = r2d2::Pool::new(r2d2_sqlite::SqliteConnectionManager::file(path))?;
        threads(|| Ok(both(&mut *pool.get()?)?))
    })
}

#[test]
fn deadpool() -> Result {
    ten("deadpool", |path| {
        let path = path.to_owned();
        tasks(|| {
            let path = path.clone();
            async move {
                let pool =
                    deadpool_sqlite::Config::new(path).create_pool(deadpool_sqlite::Runtime::Tokio1)?;
                let applied = pool.get().await?.interact(both).await;
                Ok(applied.map_err(|error| error.to_string())??)
            }
        })
    })
}

#[test]
fn tokio_rusqlite() -> Result {
    ten("tokio_rusqlite", |path| {
        let path = path.to_owned();
        tasks(|| {
            let path = path.clone();
            async move {
                let conn = ::tokio_rusqlite::Connection::open(path).await?;
                Ok(conn.call(both).await?)
            }
        })
    })
}

/// Opened before the first connection of diesel's, which is busy for nobody then.
#[test]
fn diesel() -> Result {
    use ::diesel::prelude::*;
    ten("diesel", |path| {
        threads(|| {
            let (conn, auth) = AUTH.migrator().open(path)?;
            drop(conn);
            let (conn, counter) = COUNTER.migrator().open(path)?;
            drop(conn);
            let url = path.to_str().ok_or("a path in UTF-8")?;
            let mut conn = ::diesel::SqliteConnection::establish(url)?;
            // Another process may look at the ledger under its lock.
            ::diesel::sql_query("PRAGMA busy_timeout = 30000").execute(&mut conn)?;
            let rows: i64 = ::diesel::dsl::sql::<::diesel::sql_types::BigInt>("SELECT count(*) FROM counter")
                .get_result(&mut conn)?;
            assert_eq!(rows, 1);
            Ok(auth.applied.len() + counter.applied.len())
        })
    })
}
