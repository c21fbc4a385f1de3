//! Somebody else is at the database.

use std::fs;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use onward::rusqlite::{Connection, OpenFlags};
use onward::{ErrorKind, Event, Migrations, migrations};
use onward_tests::file::{File, number};

use super::{FIRST, ORDERS, reads};

#[test]
fn the_lock_is_not_got() {
    let file = File::with_orders(&FIRST);
    let writer = file.conn();
    writer.execute_batch("BEGIN IMMEDIATE").unwrap();
    let migrator =
        ORDERS.migrator().lock_timeout(Duration::from_millis(120)).attempt_timeout(Duration::from_millis(30));
    for error in [migrator.open(file.path()).unwrap_err(), migrator.apply(&mut file.conn()).unwrap_err()] {
        let ErrorKind::Locked { waited, attempts, tries, .. } = *error.kind() else { panic!("{error}") };
        assert!(waited >= Duration::from_millis(100) && attempts > 1 && tries >= attempts, "{error}");
        reads(
            &error,
            &file.path(),
            &["locked by another connection", "attempts, ", "nothing was changed", "`lock_timeout`"],
        );
    }
}

/// What a read tells is told at once, whoever has the lock.
#[test]
fn a_lock_that_would_be_of_no_use_is_not_waited_for() {
    let stranger = File::new();
    stranger.conn().execute_batch("CREATE TABLE customers(id)").unwrap();
    const EDITED: Migrations = migrations!("histories/orders_edited");
    let newer = File::with_orders(&ORDERS);
    for wal in [false, true] {
        for (file, migrations) in [(&newer, &FIRST), (&newer, &EDITED), (&stranger, &ORDERS)] {
            if wal {
                file.conn().query_row("PRAGMA journal_mode = WAL", [], |_| Ok(())).unwrap();
            }
            for lock in ["BEGIN IMMEDIATE", "BEGIN; SELECT count(*) FROM customers"] {
                if wal && lock != "BEGIN IMMEDIATE" {
                    // A reader is in nobody's way.
                    continue;
                }
                let holder = file.conn();
                holder.execute_batch(lock).unwrap();
                let waits = AtomicUsize::new(0);
                let count = |event: Event<'_>| {
                    if let Event::Waiting { .. } = event {
                        waits.fetch_add(1, Ordering::Relaxed);
                    }
                };
                let migrator = migrations.migrator().lock_timeout(Duration::from_secs(2)).observer(count);
                let backed = migrator.clone().backup(file.folder().join("copy.db"));
                for error in [
                    migrator.open(file.path()).map(drop).unwrap_err(),
                    migrator.apply(&mut file.conn()).unwrap_err(),
                    backed.apply(&mut file.conn()).unwrap_err(),
                    migrator.revert(&mut file.conn(), 0).unwrap_err(),
                ] {
                    assert!(
                        matches!(
                            error.kind(),
                            ErrorKind::Newer { .. } | ErrorKind::NoLedger { .. } | ErrorKind::Diverged { .. }
                        ),
                        "{lock}: {error}"
                    );
                }
                assert_eq!(waits.load(Ordering::Relaxed), 0, "{lock}");
            }
        }
    }
}

/// Under a rollback journal nobody reads while somebody has the exclusive lock: the first read that succeeds tells it.
#[test]
fn what_nobody_can_read_is_found_out_as_soon_as_somebody_can() {
    let file = File::with_orders(&ORDERS);
    let holder = Mutex::new(file.conn());
    holder.lock().unwrap().execute_batch("BEGIN EXCLUSIVE").unwrap();
    let waits = AtomicUsize::new(0);
    let migrator = FIRST.migrator().lock_timeout(Duration::from_secs(60)).observer(|event| {
        if let Event::Waiting { .. } = event
            && waits.fetch_add(1, Ordering::Relaxed) == 2
        {
            // It lets readers in, and still no writer.
            holder.lock().unwrap().execute_batch("ROLLBACK; BEGIN IMMEDIATE").unwrap();
        }
    });
    let error = migrator.open(file.path()).map(drop).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Newer { .. }), "{error}");
    assert!(waits.load(Ordering::Relaxed) >= 3);
    // Or nobody could until the end, which the error says.
    holder.lock().unwrap().execute_batch("ROLLBACK; BEGIN EXCLUSIVE").unwrap();
    let brief = FIRST.migrator().lock_timeout(Duration::from_millis(60));
    let error = brief.open(file.path()).map(drop).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Locked { pending: None, .. }), "{error}");
    reads(&error, &file.path(), &["nobody knows whether migrations are pending"]);
    // And what could be read before.
    let file = File::with_orders(&FIRST);
    file.conn().execute_batch("PRAGMA journal_mode = WAL").unwrap();
    let writer = file.conn();
    writer.execute_batch("BEGIN IMMEDIATE").unwrap();
    let error =
        ORDERS.migrator().lock_timeout(Duration::from_millis(60)).open(file.path()).map(drop).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Locked { pending: Some(2), .. }), "{error}");
    reads(&error, &file.path(), &["2 migrations are pending"]);
}

/// Another connection with the same cache is in the way with SQLITE_LOCKED, which SQLite's own waiting does not cover.
#[test]
fn a_shared_cache_is_waited_for() {
    let file = File::with_orders(&FIRST);
    let flags = OpenFlags::default() | OpenFlags::SQLITE_OPEN_SHARED_CACHE;
    let open = || Connection::open_with_flags(file.path(), flags).unwrap();
    let (writer, mut conn) = (open(), open());
    writer.execute_batch("BEGIN; INSERT INTO customers(name) VALUES ('Bob');").unwrap();
    let migrator = ORDERS.migrator().lock_timeout(Duration::from_millis(50));
    let error = migrator.apply(&mut conn).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Locked { .. }), "{error}");
    let writer = Mutex::new(Some(writer));
    let patient = ORDERS.migrator().observer(|event| {
        if let Event::Waiting { .. } = event
            && let Some(writer) = writer.lock().unwrap().take()
        {
            writer.execute_batch("COMMIT").unwrap();
        }
    });
    assert_eq!(patient.apply(&mut conn).unwrap().applied.len(), 2);
    assert!(writer.lock().unwrap().is_none(), "nobody waited");
}

/// The file is replaced while somebody waits for it: what he waits for is not the file of that name any more.
#[test]
fn a_file_that_is_replaced_is_opened_again() {
    let (file, other) = (File::with_orders(&FIRST), File::with_orders(&FIRST));
    let writer = file.conn();
    writer.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let writer = Mutex::new(Some(writer));
    let migrator = ORDERS.migrator().observer(|event| {
        if let Event::Waiting { .. } = event
            && let Some(writer) = writer.lock().unwrap().take()
        {
            fs::rename(other.path(), file.path()).unwrap();
            writer.execute_batch("ROLLBACK").unwrap();
        }
    });
    let (conn, report) = migrator.open(file.path()).unwrap();
    assert!(writer.lock().unwrap().is_none() && report.waited > Duration::ZERO, "nobody waited");
    conn.execute_batch("INSERT INTO customers(name) VALUES ('Bob')").unwrap();
    assert_eq!(number(&file.conn(), "SELECT count(*) FROM customers"), 3);
}

/// There is no file of that name for a moment, and SQLite cannot open it.
#[test]
fn a_file_that_cannot_be_opened_for_a_moment_is_tried_again() {
    let file = File::new();
    fs::create_dir(file.path()).unwrap();
    let waits = AtomicUsize::new(0);
    let migrator = ORDERS.migrator().observer(|event| {
        if let Event::Waiting { .. } = event
            && waits.fetch_add(1, Ordering::Relaxed) == 1
        {
            fs::remove_dir(file.path()).unwrap();
        }
    });
    let (_, report) = migrator.open(file.path()).unwrap();
    assert_eq!((report.attempts, report.retries, report.applied.len()), (3, 0, 3));
    assert!(report.waited > Duration::ZERO);
}
