//! Ten processes with four starters each at one file, through each crate that holds connections.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use onward::{Migrations, migrations};

static COUNTER: Migrations = migrations!("../histories/counter");
/// A library's history in the same file, with a ledger of its own.
static AUTH: Migrations = migrations!("../histories/auth");

type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

const PROCESSES: usize = 10;
const STARTERS: usize = 4;
const FILE: &str = "ONWARD_TEST_FILE";
const APPLIED: &str = "migrations applied: ";

/// Starts this test ten times: with a file named, it is one of the ten, and its starters say how much they have applied.
fn ten(test: &str, start: fn(&Path) -> Result<Vec<usize>>) -> Result {
    if let Some(path) = std::env::var_os(FILE) {
        let applied = start(&PathBuf::from(path))?;
        assert_eq!(applied.len(), STARTERS);
        println!("\n{APPLIED}{}", applied.iter().sum::<usize>());
        return Ok(());
    }
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("app.db");
    let children = (0..PROCESSES).map(|_| {
        Command::new(std::env::current_exe()?)
            .args(["--exact", test, "--nocapture"])
            .env(FILE, &path)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
    });
    let mut applied = 0;
    for child in children.collect::<std::io::Result<Vec<_>>>()? {
        let output = child.wait_with_output()?;
        let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}");
        let mut counts = said.lines().filter_map(|line| line.strip_prefix(APPLIED)?.parse::<usize>().ok());
        applied += counts.next().ok_or_else(|| said.to_string())?;
    }
    assert_eq!(applied, COUNTER.list().len() + AUTH.list().len());
    let conn = rusqlite::Connection::open(&path)?;
    // Its migration would not fail the second time.
    assert_eq!(conn.query_row("SELECT count(*) FROM counter", [], |row| row.get::<_, i64>(0))?, 1);
    assert_eq!((COUNTER.verify(&conn)?, AUTH.verify(&conn)?), (vec![], vec![]));
    Ok(())
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

/// Tasks that start at the same time.
fn tasks<F: Future<Output = Result<usize>> + Send + 'static>(start: impl Fn() -> F) -> Result<Vec<usize>> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let starts: Vec<_> = (0..STARTERS).map(|_| tokio::spawn(start())).collect();
        let mut applied = Vec::new();
        for start in starts {
            applied.push(start.await??);
        }
        Ok(applied)
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
            let rows: i64 = ::diesel::dsl::sql::<::diesel::sql_types::BigInt>("SELECT count(*) FROM counter")
                .get_result(&mut conn)?;
            assert_eq!(rows, 1);
            Ok(auth.applied.len() + counter.applied.len())
        })
    })
}
