//! `onward::transaction`: all of it or nothing, whatever happens in it.

use std::env;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::Command;
use std::sync::mpsc;
use std::time::Duration;

use onward::prelude::*;
use onward::rusqlite::{self, Connection, ErrorCode};
use onward_tests::file::{File, number};

static STOCK: Migrations = migrations!("histories/stock");

const SHELVES: &str = "SELECT count(*) FROM shelves";

fn add(conn: &Connection, name: &str) -> rusqlite::Result<()> {
    query!(migrations = "histories/stock", "INSERT INTO shelves(name) VALUES (:name)").execute(conn).map(drop)
}

fn stock() -> (File, Connection) {
    let file = File::new();
    let conn = STOCK.open(file.path()).unwrap();
    (file, conn)
}

/// An error of an application.
#[derive(Debug)]
enum Error {
    Full,
    Database(rusqlite::Error),
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Error {
        Error::Database(error)
    }
}

#[test]
fn it_is_committed_or_taken_back() {
    let (file, mut conn) = stock();
    let other = file.conn();
    let count = onward::transaction(&mut conn, |tx| {
        add(tx, "a")?;
        add(tx, "b")?;
        assert_eq!(number(&other, SHELVES), 0);
        Ok::<_, onward::Error>(number(tx, SHELVES))
    });
    assert_eq!(count.unwrap(), 2);
    assert_eq!(number(&other, SHELVES), 2);

    let full = onward::transaction(&mut conn, |tx| -> Result<(), Error> {
        add(tx, "c")?;
        Err(Error::Full)
    });
    assert!(matches!(full, Err(Error::Full)), "{full:?}");
    let twice = onward::transaction(&mut conn, |tx| -> Result<(), Error> {
        add(tx, "c")?;
        Ok(add(tx, "a")?)
    });
    assert!(
        matches!(&twice, Err(Error::Database(error)) if error.to_string().contains("UNIQUE")),
        "{twice:?}"
    );
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        onward::transaction(&mut conn, |tx| -> rusqlite::Result<()> {
            add(tx, "c")?;
            panic!("of the function");
        })
    }));
    assert!(panicked.is_err());
    assert!(conn.is_autocommit());
    assert_eq!((number(&conn, SHELVES), number(&other, SHELVES)), (2, 2));
    // Nobody waits for a lock that was forgotten.
    add(&other, "c").unwrap();
}

/// A COMMIT that is refused leaves no transaction behind for the next one to fail on.
#[test]
fn a_commit_that_fails_takes_all_back() {
    let (_file, mut conn) = stock();
    conn.pragma_update(None, "foreign_keys", true).unwrap();
    let without_shelf = |conn: &mut Connection| {
        onward::transaction(conn, |tx| {
            add(tx, "a")?;
            tx.execute("INSERT INTO items(shelf, name) VALUES ('nowhere', 'nail')", [])
        })
    };
    let error = without_shelf(&mut conn).unwrap_err();
    assert_eq!(error.to_string(), "FOREIGN KEY constraint failed");
    assert!(conn.is_autocommit());
    assert_eq!((number(&conn, SHELVES), number(&conn, "SELECT count(*) FROM items")), (0, 0));
    add(&conn, "nowhere").unwrap();
    without_shelf(&mut conn).unwrap();
}

/// A reader that is not done keeps a COMMIT from its file, in a database without WAL.
#[test]
fn a_commit_that_waits_in_vain_takes_all_back() {
    let (file, mut conn) = stock();
    conn.pragma_update(None, "journal_mode", "delete").unwrap();
    conn.busy_timeout(Duration::ZERO).unwrap();
    add(&conn, "a").unwrap();
    let reader = file.conn();
    let mut statement = reader.prepare("SELECT name FROM shelves").unwrap();
    let mut rows = statement.query([]).unwrap();
    assert!(rows.next().unwrap().is_some());
    let error = onward::transaction(&mut conn, |tx| add(tx, "b")).unwrap_err();
    assert_eq!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy), "{error}");
    assert!(conn.is_autocommit());
    drop(rows);
    assert_eq!(number(&conn, SHELVES), 1);
    onward::transaction(&mut conn, |tx| add(tx, "b")).unwrap();
}

/// As it goes with a plain BEGIN: whoever has read, and then writes, is refused at once, whatever the timeout.
#[test]
fn a_writer_waits_at_the_beginning() {
    let (file, mut conn) = stock();
    conn.pragma_update(None, "journal_mode", "wal").unwrap();
    let mut other = file.conn();
    other.busy_timeout(Duration::from_secs(600)).unwrap();
    {
        let plain = other.transaction().unwrap();
        assert_eq!(number(&plain, SHELVES), 0);
        add(&conn, "a").unwrap();
        let error = add(&plain, "b").unwrap_err();
        assert_eq!(
            error.sqlite_error().map(|error| error.extended_code),
            Some(rusqlite::ffi::SQLITE_BUSY_SNAPSHOT)
        );
    }
    let (send, receive) = mpsc::channel();
    std::thread::scope(|scope| {
        let first = onward::transaction(&mut conn, |tx| {
            let count = number(tx, SHELVES);
            scope.spawn(|| {
                send.send(()).unwrap();
                onward::transaction(&mut other, |tx| {
                    let count = number(tx, SHELVES);
                    add(tx, &format!("shelf {count}"))
                })
                .unwrap();
            });
            receive.recv().unwrap();
            add(tx, &format!("shelf {count}"))
        });
        first.unwrap();
    });
    assert_eq!(number(&conn, SHELVES), 3);
    assert_eq!(number(&conn, "SELECT count(*) FROM shelves WHERE name IN ('shelf 1', 'shelf 2')"), 2);
}

#[test]
fn one_that_is_open_already_is_somebody_elses() {
    let (_file, mut conn) = stock();
    conn.execute_batch("BEGIN").unwrap();
    let mut ran = false;
    let error = onward::transaction(&mut conn, |_| -> rusqlite::Result<()> {
        ran = true;
        Ok(())
    });
    let error = error.unwrap_err().to_string();
    assert!(error.starts_with("a transaction is open on this connection already"), "{error}");
    assert!(!ran && !conn.is_autocommit());
    conn.execute_batch("COMMIT").unwrap();
}

#[test]
fn one_that_ends_too_early_is_told() {
    let (_file, mut conn) = stock();
    for end in ["COMMIT", "ROLLBACK"] {
        let error = onward::transaction(&mut conn, |tx| {
            add(tx, &format!("before {end}"))?;
            tx.execute_batch(end)?;
            add(tx, &format!("after {end}"))
        });
        let error = error.unwrap_err();
        assert!(
            error.to_string().starts_with("the transaction had ended before its function did"),
            "{error}"
        );
        assert_eq!(error.sqlite_error_code(), Some(ErrorCode::OperationAborted));
    }
    assert_eq!(number(&conn, SHELVES), 3);

    // An error that the function passes over has made SQLite roll back; what follows is in no transaction.
    conn.execute("INSERT INTO checks(item) VALUES (1)", []).unwrap();
    let error = onward::transaction(&mut conn, |tx| {
        add(tx, "lost")?;
        let _ = tx.execute("INSERT INTO checks(item) VALUES (1)", []);
        add(tx, "alone")
    });
    assert_eq!(error.unwrap_err().sqlite_error_code(), Some(ErrorCode::OperationAborted));
    assert_eq!(number(&conn, "SELECT count(*) FROM shelves WHERE name IN ('lost', 'alone')"), 1);
}

/// The process dies with half of it in the file.
#[test]
fn killed_in_the_midst() {
    const FILE: &str = "ONWARD_TEST_KILLED";
    if let Some(path) = env::var_os(FILE) {
        let mut conn = Connection::open(path).unwrap();
        // Too many pages for memory, so that they are written before the COMMIT.
        conn.pragma_update(None, "cache_size", 10).unwrap();
        let _ = onward::transaction(&mut conn, |tx| -> rusqlite::Result<()> {
            for number in 0..10_000 {
                add(tx, &format!("shelf {number}"))?;
            }
            std::process::abort()
        });
        unreachable!();
    }
    for mode in ["delete", "wal"] {
        let (file, conn) = stock();
        conn.pragma_update(None, "journal_mode", mode).unwrap();
        add(&conn, "before").unwrap();
        let before = file.size("app.db");
        drop(conn);
        let mut child = Command::new(env::current_exe().unwrap());
        child.args(["--exact", "transaction::killed_in_the_midst"]).env(FILE, file.path());
        let output = child.output().unwrap();
        assert!(!output.status.success());
        let written = file.names().iter().map(|name| file.size(name)).sum::<u64>();
        assert!(written > before + 100_000, "{:?}", file.names());
        let conn = file.conn();
        assert_eq!(number(&conn, SHELVES), 1);
        assert_eq!(
            number(&conn, "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'"),
            1
        );
    }
}
