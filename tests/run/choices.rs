//! What a program may choose: verify, rehearse, target, backup, or_recreate, revert.

use std::fs;
use std::time::Duration;

use onward::rusqlite::Connection;
use onward::rusqlite::functions::{Context, FunctionFlags};
use onward::{Error, ErrorKind, Migrations, Migrator, migrations};
use onward_tests::file::{self, File, number, report, start_all};
use serde_json::Value;

static FIRST: Migrations = migrations!("histories/orders_1");
static ORDERS: Migrations = migrations!("histories/orders");
static EDITED: Migrations = migrations!("histories/orders_edited");
static BROKEN: Migrations = migrations!("histories/broken_late");
static COUNTER: Migrations = migrations!("histories/counter");

fn tables(conn: &Connection) -> i64 {
    number(conn, "SELECT count(*) FROM sqlite_schema WHERE type = 'table'")
}

// Drift.

#[test]
fn a_database_is_what_its_ledger_says() {
    let file = File::new();
    assert!(ORDERS.verify(&file.conn()).unwrap().is_empty(), "an empty database has run nothing");
    let file = File::with_orders(&FIRST);
    // Behind the program, and as its ledger says.
    assert!(ORDERS.verify(&file.conn()).unwrap().is_empty());
    ORDERS.apply(&mut file.conn()).unwrap();
    assert!(ORDERS.verify(&file.conn()).unwrap().is_empty());
    // What is not the history's is not looked at.
    file.conn().execute_batch("CREATE TABLE _replica(id); CREATE INDEX by_total ON orders(total)").unwrap();
    assert!(ORDERS.verify(&file.conn()).unwrap().is_empty());
}

#[test]
fn drift_is_said_in_words_at_the_ledgers_version() {
    for migrations in [&FIRST, &ORDERS] {
        let file = File::with_orders(migrations);
        let rows = "ALTER TABLE orders ADD COLUMN note TEXT; ALTER TABLE customers DROP COLUMN name;";
        file.conn().execute_batch(rows).unwrap();
        let before = file.bytes();
        let differences = ORDERS.verify(&file.conn()).unwrap();
        let words: Vec<_> = differences.iter().map(ToString::to_string).collect();
        assert_eq!(
            words,
            [
                "table `customers`: column `name` is missing",
                "table `orders`: column `note` should not be there"
            ]
        );
        assert!(file.bytes() == before);
    }
    // A ledger that does not belong to the program says nothing about this schema.
    let file = File::with_orders(&ORDERS);
    assert!(matches!(EDITED.verify(&file.conn()).map_err(Error::into_kind), Err(ErrorKind::Diverged { .. })));
    let file = File::new();
    file.conn().execute_batch("CREATE TABLE t(a)").unwrap();
    assert!(matches!(ORDERS.verify(&file.conn()).map_err(Error::into_kind), Err(ErrorKind::NoLedger { .. })));
}

/// What is left of the ledger is that of an older state: what an up-to-date start and a run look at cannot tell, and the
/// schema does where it can (`docs/reliability.md`, "What a start looks at").
#[test]
fn the_last_rows_of_a_ledger_are_missing() {
    const GROWN: Migrations = migrations!("histories/grown");
    let remove = |file: &File, from: i64| {
        let sql = format!("DELETE FROM onward_migrations WHERE version >= {from}");
        file.conn().execute_batch(&sql).unwrap();
    };
    let file = File::new();
    GROWN.open(file.path()).unwrap();
    remove(&file, 3);
    let differences = GROWN.verify(&file.conn()).unwrap();
    let words: Vec<String> = differences.iter().map(ToString::to_string).collect();
    assert_eq!(words, ["table `settings` should not be there"]);
    let error = file.refused(&GROWN);
    assert!(error.to_string().contains("its row in the ledger was removed"), "{error}");
    // A migration that only writes rows leaves no trace.
    let file = File::new();
    let conn = COUNTER.open(file.path()).unwrap();
    remove(&file, 2);
    assert!(COUNTER.verify(&conn).unwrap().is_empty());
    assert_eq!(COUNTER.apply(&mut file.conn()).unwrap().applied.len(), 1);
    assert_eq!(number(&conn, "SELECT count(*) FROM counter"), 2);
}

/// The replay has no functions of the application, and needs none to know the schema.
#[test]
fn drift_is_said_of_a_history_that_calls_functions() {
    const FUNCTION: Migrations = migrations!("histories/function");
    let file = File::with_orders(&FIRST);
    let mut conn = file.conn();
    let slug = |context: &Context<'_>| Ok(context.get::<String>(0)?.to_lowercase());
    conn.create_scalar_function("slug", 1, FunctionFlags::default(), slug).unwrap();
    FUNCTION.apply(&mut conn).unwrap();
    assert!(FUNCTION.verify(&file.conn()).unwrap().is_empty());
    conn.execute_batch("ALTER TABLE customers DROP COLUMN slug").unwrap();
    let differences = FUNCTION.verify(&file.conn()).unwrap();
    assert_eq!(differences[0].to_string(), "table `customers`: column `slug` is missing");
}

/// Nor does it need them where the schema itself calls one.
#[test]
fn a_schema_that_calls_functions_is_compared() {
    const INDEXED: Migrations = migrations!("histories/function_indexed");
    let file = File::with_orders(&FIRST);
    let mut conn = file.conn();
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    let slug = |context: &Context<'_>| Ok(context.get::<String>(0)?.to_lowercase());
    conn.create_scalar_function("slug", 1, flags, slug).unwrap();
    assert_eq!(INDEXED.migrator().target(2).apply(&mut conn).unwrap().applied.len(), 1);
    assert!(INDEXED.verify(&conn).unwrap().is_empty());
    conn.execute_batch("DROP INDEX customers_by_slug").unwrap();
    let differences = INDEXED.verify(&file.conn()).unwrap();
    assert!(differences[0].to_string().contains("customers_by_slug"), "{differences:?}");
}

#[test]
fn verify_reads_one_moment_and_leaves_the_callers_transaction_alone() {
    let file = File::with_orders(&FIRST);
    let conn = file.conn();
    conn.execute_batch("BEGIN; CREATE TABLE more(a); ALTER TABLE orders ADD COLUMN note").unwrap();
    assert_eq!(FIRST.verify(&conn).unwrap().len(), 1);
    assert!(!conn.is_autocommit());
    conn.execute_batch("ROLLBACK").unwrap();
    assert!(FIRST.verify(&conn).unwrap().is_empty() && conn.is_autocommit());
}

// Rehearsal.

#[test]
fn a_rehearsal_tells_and_touches_nothing() {
    const CASCADE: Migrations = migrations!("histories/cascade");
    const CASCADE_1: Migrations = migrations!("histories/cascade_1");
    let file = File::new();
    let conn = CASCADE_1.open(file.path()).unwrap();
    conn.execute_batch(
        "INSERT INTO customers VALUES (1), (200), (300); INSERT INTO orders VALUES (1), (200)",
    )
    .unwrap();
    let (before, names) = (file.bytes(), file.names());
    let rehearsal = CASCADE.rehearse(&conn).unwrap();
    assert_eq!(rehearsal.applied.len(), 1);
    let rows: Vec<_> =
        rehearsal.rows.iter().map(|rows| (&*rows.table, rows.before, rows.after, rows.lost())).collect();
    assert_eq!(rows, [("customers", 3, Some(1), 2), ("orders", 2, Some(2), 0)]);
    assert_eq!(rehearsal.violations.len(), 1);
    let text = rehearsal.to_string();
    assert!(text.contains("table `customers`: 3 rows, then 1"), "{text}");
    assert!(text.contains("2 rows would be lost, 1 foreign key would dangle"), "{text}");
    assert!(file.bytes() == before && file.names() == names);
    assert!(matches!(
        CASCADE.apply(&mut file.conn()).map_err(Error::into_kind),
        Err(ErrorKind::ForeignKeys { .. })
    ));
}

#[test]
fn a_rehearsal_fails_as_the_run_would() {
    let file = File::with_orders(&FIRST);
    let error = BROKEN.rehearse(&file.conn()).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Statement { line: 4, .. }) && error.path() == Some(&*file.path()),
        "{error}"
    );
    assert_eq!(ORDERS.rehearse(&file.conn()).unwrap().applied.len(), 2);
    assert_eq!(ORDERS.migrator().target(3).rehearse(&file.conn()).unwrap().applied.len(), 1);
    assert_eq!(FIRST.rehearse(&file.conn()).unwrap().to_string(), "nothing is pending");
    assert_eq!(ORDERS.rehearse(&Connection::open_in_memory().unwrap()).unwrap().applied.len(), 3);
    // Somebody else writes, for longer than it should take.
    file.conn().execute_batch("BEGIN").unwrap();
    let writer = file.conn();
    writer.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let error = ORDERS.migrator().lock_timeout(Duration::from_millis(50)).rehearse(&file.conn()).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Locked { .. }), "{error}");
}

// Target.

#[test]
fn a_run_stops_at_its_target() {
    let file = File::new();
    let applied = |migrator: Migrator<'_>| {
        let report = migrator.apply(&mut file.conn()).unwrap();
        (
            report.applied.iter().map(|applied| applied.version).collect::<Vec<_>>(),
            report.total,
            report.newest.map(|(label, name)| format!("{label} {name}")).unwrap_or_default(),
        )
    };
    assert_eq!(applied(ORDERS.migrator().target(1)), (vec![1], 1, "0001 orders".to_owned()));
    assert_eq!(ORDERS.status(&file.conn()).unwrap().pending(), 2);
    assert_eq!(applied(ORDERS.migrator().target(1)), (vec![], 1, "0001 orders".to_owned()));
    assert_eq!(applied(ORDERS.migrator().target(3)), (vec![3], 2, "0003 paid".to_owned()));
    assert_eq!(applied(ORDERS.migrator()), (vec![5], 3, "0005 customers_rebuilt".to_owned()));
    // Nothing is taken back.
    assert_eq!(applied(ORDERS.migrator().target(1)), (vec![], 3, "0005 customers_rebuilt".to_owned()));
}

#[test]
fn drift_is_refused_before_the_last_migration_too() {
    let file = File::with_orders(&FIRST);
    file.conn().execute_batch("ALTER TABLE customers ADD COLUMN note TEXT").unwrap();
    let before = file.bytes();
    let error = ORDERS.migrator().target(3).apply(&mut file.conn()).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Drift { differences, .. } if differences.len() == 1),
        "{error}"
    );
    assert!(file.bytes() == before);
}

// Backup.

#[test]
fn a_backup_is_the_database_before_the_first_change() {
    for journal in ["DELETE", "WAL"] {
        let file = File::with_orders(&FIRST);
        let conn = file.conn();
        conn.query_row(&format!("PRAGMA journal_mode = {journal}"), [], |_| Ok(())).unwrap();
        let to = file.folder().join("before.db");
        let (_, report) = ORDERS.migrator().backup(&to).open(file.path()).unwrap();
        let made = report.backup.clone().unwrap();
        assert!(report.applied.len() == 2 && made.to_string_lossy().starts_with(&*to.to_string_lossy()));
        assert!(report.to_string().contains(&format!("as it was before: {}", made.display())), "{report}");
        let copy = Connection::open(&made).unwrap();
        assert_eq!(FIRST.status(&copy).unwrap().pending(), 0);
        assert_eq!(ORDERS.status(&copy).unwrap().pending(), 2);
        assert_eq!(number(&copy, "SELECT count(*) FROM orders"), 2);
        assert!(file.names().iter().all(|name| !name.contains("partial")), "{:?}", file.names());
        // A run without changes makes none.
        drop(copy);
        fs::remove_file(&made).unwrap();
        let (_, report) = ORDERS.migrator().backup(&to).open(file.path()).unwrap();
        assert!(report.backup.is_none() && file.copies("before.db").is_empty());
    }
    // Nor is there anything to copy in a new database.
    let file = File::new();
    let (_, report) = ORDERS.migrator().backup(file.folder().join("before.db")).open(file.path()).unwrap();
    assert!(report.backup.is_none() && file.names() == ["app.db"]);
}

#[test]
fn without_the_backup_nothing_is_changed() {
    let file = File::with_orders(&FIRST);
    let before = file.bytes();
    for to in [file.folder().join("no/such/folder.db"), "".into(), ":memory:".into(), "file:copy.db".into()] {
        let error = ORDERS.migrator().backup(&to).apply(&mut file.conn()).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Backup { to: named, .. } if named == &to), "{error}");
        assert_eq!(error.path(), Some(&*file.path()));
        assert!(file.bytes() == before && file.names() == ["app.db"], "{:?}", file.names());
    }
    // A migration that fails leaves the copy, and the database as it was.
    let to = file.folder().join("before.db");
    BROKEN.migrator().backup(&to).apply(&mut file.conn()).unwrap_err();
    assert!(file.copies("before.db").len() == 1 && file.bytes() == before);
}

#[test]
fn of_many_starters_one_makes_the_backup() {
    let file = File::new();
    let conn = migrations!("histories/counter_1").open(file.path()).unwrap();
    let to = file.folder().join("before.db");
    let backup = format!("backup={}", to.display());
    let start = || file::start(env!("CARGO_BIN_EXE_start"), &["counter", &backup], &file.path());
    assert_eq!(start_all((0..16).map(|_| start())).iter().sum::<usize>(), 1);
    assert_eq!(number(&conn, "SELECT count(*) FROM counter"), 1);
    let copies = file.copies("before.db");
    assert_eq!(number(&Connection::open(&copies[0]).unwrap(), "SELECT count(*) FROM counter"), 0);
    assert_eq!((copies.len(), file.names().len()), (1, 2), "{:?}", file.names());
}

// Recreation.

/// What stands in the way of a migration, each on a file that has it.
fn unusable() -> Vec<(&'static str, File)> {
    let with = |sql: &str| {
        let file = File::with_orders(&FIRST);
        file.conn().execute_batch(sql).unwrap();
        file
    };
    let corrupt = File::with_orders(&FIRST);
    let mut bytes = corrupt.bytes();
    bytes[4096..].fill(0xa5);
    fs::write(corrupt.path(), bytes).unwrap();
    let text = File::new();
    fs::write(text.path(), "no database, but long enough to look like one".repeat(40)).unwrap();
    let stranger = File::new();
    stranger.conn().execute_batch("CREATE TABLE customers(id)").unwrap();
    vec![
        ("malformed", corrupt),
        ("not a database", text),
        ("no ledger", stranger),
        ("edited after it ran", File::with_orders(&EDITED)),
        ("changed by hand", with("UPDATE onward_migrations SET chain = 'none'")),
        ("`note` should not be there", with("ALTER TABLE orders ADD COLUMN note")),
        ("duplicate column name", with("ALTER TABLE orders ADD COLUMN paid")),
    ]
}

#[test]
fn what_cannot_be_migrated_is_moved_aside() {
    for (reason, file) in unusable() {
        let before = file.bytes();
        assert!(ORDERS.open(file.path()).is_err(), "{reason}");
        let (conn, report) = ORDERS.migrator().or_recreate().open(file.path()).unwrap();
        let recreated = report.recreated.as_ref().unwrap_or_else(|| panic!("{reason}"));
        assert!(recreated.reason.contains(reason), "{}", recreated.reason);
        assert!(report.to_string().contains("a new database was made; the old one is now "), "{report}");
        assert_eq!((report.applied.len(), number(&conn, "SELECT count(*) FROM orders")), (3, 0), "{reason}");
        assert!(fs::read(&recreated.moved_to).unwrap() == before, "{reason}");
        // The next start finds it in order.
        let (_, report) = ORDERS.migrator().or_recreate().open(file.path()).unwrap();
        assert!(report.is_up_to_date() && report.recreated.is_none(), "{reason}");
    }
}

#[test]
fn a_newer_database_and_rows_in_the_way_are_moved_aside_too() {
    let file = File::with_orders(&ORDERS);
    let (_, report) = FIRST.migrator().or_recreate().open(file.path()).unwrap();
    assert!(report.recreated.unwrap().reason.contains("newer than this program"));
    let file = File::with_orders(&FIRST);
    let (_, report) = BROKEN.migrator().or_recreate().open(file.path()).unwrap();
    assert!(report.recreated.unwrap().reason.contains("UNIQUE constraint failed"));
}

#[test]
fn what_belongs_to_the_database_goes_with_it() {
    let file = File::with_orders(&EDITED);
    let other = file.conn();
    other.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(())).unwrap();
    other.execute_batch("INSERT INTO customers(name) VALUES ('in the WAL')").unwrap();
    // The connection stays open, so that SQLite does not clean up, and a reader keeps the WAL from being emptied.
    other.execute_batch("BEGIN; SELECT * FROM customers;").unwrap();
    file.conn().execute_batch("INSERT INTO customers(name) VALUES ('after the reader')").unwrap();
    let (conn, report) = ORDERS.migrator().or_recreate().open(file.path()).unwrap();
    let moved = report.recreated.unwrap().moved_to;
    other.execute_batch("COMMIT").unwrap();
    // The old process goes on with the old database, and does not harm the new one.
    other.execute_batch("INSERT INTO customers(name) VALUES ('after the move')").unwrap();
    drop(other);
    let old = Connection::open(&moved).unwrap();
    assert_eq!(number(&old, "SELECT count(*) FROM customers"), 5);
    assert_eq!(number(&conn, "SELECT count(*) FROM customers"), 0);
    assert_eq!(tables(&conn), tables(&ORDERS.open(File::new().path()).unwrap()));
}

#[test]
fn nothing_is_moved_for_what_another_file_would_have_met_too() {
    // The lock.
    let file = File::with_orders(&EDITED);
    let writer = file.conn();
    writer.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let migrator = ORDERS.migrator().or_recreate().lock_timeout(Duration::from_millis(50));
    assert!(matches!(migrator.open(file.path()).map_err(Error::into_kind), Err(ErrorKind::Locked { .. })));
    writer.execute_batch("ROLLBACK").unwrap();
    assert_eq!(file.names(), ["app.db", "app.db.onward-lock"]);
    // A history that needs what `open` does not have.
    const FUNCTION: Migrations = migrations!("histories/function");
    let file = File::with_orders(&FIRST);
    assert!(matches!(
        FUNCTION.migrator().or_recreate().open(file.path()).map_err(Error::into_kind),
        Err(ErrorKind::Statement { .. })
    ));
    // A folder that is not there, a target that is not there.
    assert!(matches!(
        ORDERS.migrator().or_recreate().open(file.folder().join("no/app.db")).map_err(Error::into_kind),
        Err(ErrorKind::ParentMissing { .. })
    ));
    assert!(matches!(
        ORDERS.migrator().or_recreate().target(9).open(file.path()).map_err(Error::into_kind),
        Err(ErrorKind::UnknownTarget { .. })
    ));
    // A connection of the caller's stays on its file.
    file.conn().execute_batch("UPDATE onward_migrations SET chain = 'none'").unwrap();
    assert!(matches!(
        ORDERS.migrator().or_recreate().apply(&mut file.conn()).map_err(Error::into_kind),
        Err(ErrorKind::Tampered { .. })
    ));
    assert_eq!(file.names(), ["app.db", "app.db.onward-lock"]);
}

/// Each would move it, and all but one find that it has been done.
#[test]
fn of_many_starters_one_recreates() {
    for (journal, (reason, bad)) in ["DELETE", "WAL"]
        .into_iter()
        .flat_map(|journal| unusable().into_iter().map(move |bad| (journal, bad)))
    {
        let file = File::new();
        fs::copy(bad.path(), file.path()).unwrap();
        // What is no database has no journal mode.
        let _ = file.conn().query_row(&format!("PRAGMA journal_mode = {journal}"), [], |_| Ok(()));
        let start = || file::start(env!("CARGO_BIN_EXE_start"), &["orders", "recreate"], &file.path());
        let children: Vec<_> = (0..8).map(|_| start().spawn().unwrap()).collect();
        let reports: Vec<Value> =
            children.into_iter().map(|child| report(&child.wait_with_output().unwrap())).collect();
        let recreated = reports.iter().filter(|report| !report["recreated"].is_null()).count();
        let applied: usize = reports.iter().map(|report| report["applied"].as_array().unwrap().len()).sum();
        assert_eq!((recreated, applied), (1, 3), "{journal} {reason}");
        let aside = file
            .names()
            .iter()
            .filter(|name| name.contains("unusable") && !name.contains("-wal") && !name.contains("-shm"))
            .count();
        assert_eq!(aside, 1, "{journal} {reason}: {:?}", file.names());
        assert!(ORDERS.verify(&file.conn()).unwrap().is_empty());
    }
    assert!(COUNTER.verify(&Connection::open_in_memory().unwrap()).unwrap().is_empty());
}

// Back.

static DOWNS: Migrations = migrations!("histories/downs");

/// A database at the end of the history with down files, with a customer and an order.
fn downs() -> File {
    let file = File::new();
    let conn = DOWNS.open(file.path()).unwrap();
    let rows = "INSERT INTO customers VALUES (1, 'Ada', 'a@b.c'); INSERT INTO orders VALUES (1, 1, 10)";
    conn.execute_batch(rows).unwrap();
    file
}

/// Reverts, which must fail and leave the file byte for byte as it was.
#[track_caller]
fn not_reverted(file: &File, migrations: &Migrations, version: i64) -> Error {
    let before = file.bytes();
    let error = migrations.migrator().revert(&mut file.conn(), version).unwrap_err();
    assert!(file.bytes() == before, "the file was changed");
    assert!(error.to_string().contains("nothing was changed"), "{error}");
    error
}

#[test]
fn migrations_are_taken_back_newest_first() {
    let file = downs();
    let mut conn = file.conn();
    conn.execute_batch("PRAGMA foreign_keys = ON").unwrap();
    let report = DOWNS.migrator().revert(&mut conn, 1).unwrap();
    assert_eq!(report.reverted.iter().map(|back| back.version).collect::<Vec<_>>(), [3, 2]);
    assert_eq!((report.applied.len(), report.total, report.is_up_to_date()), (0, 1, false));
    assert!(report.to_string().contains("took back 2 migrations in "), "{report}");
    assert_eq!(number(&conn, "SELECT count(*) FROM customers"), 1);
    assert_eq!(number(&conn, "SELECT count(*) FROM onward_migrations"), 1);
    assert_eq!(number(&conn, "PRAGMA foreign_keys"), 1);
    assert_eq!(number(&conn, "SELECT count(*) FROM sqlite_temp_schema"), 0);
    assert!(DOWNS.verify(&conn).unwrap().is_empty());
    // There is nothing more to do, and a version that was never reached is none to come to.
    assert!(DOWNS.migrator().revert(&mut conn, 1).unwrap().is_up_to_date());
    assert!(DOWNS.migrator().revert(&mut conn, 2).unwrap().is_up_to_date());
    // Forward again, and all the way back.
    assert_eq!(DOWNS.apply(&mut conn).unwrap().applied.len(), 2);
    let copy = file.folder().join("before.db");
    let report = DOWNS.migrator().backup(&copy).revert(&mut conn, 0).unwrap();
    assert_eq!((report.reverted.len(), report.total), (3, 0));
    assert_eq!(file.copies("before.db"), [report.backup.unwrap()]);
    assert_eq!(tables(&conn), 1, "the ledger stays");
    assert_eq!(DOWNS.apply(&mut conn).unwrap().applied.len(), 3);
    let empty = DOWNS.migrator().revert(&mut Connection::open_in_memory().unwrap(), 0).unwrap();
    assert!(empty.is_up_to_date() && empty.total == 0);
}

#[test]
fn a_down_file_may_say_that_its_double_quotes_are_strings() {
    const STRINGS: Migrations = migrations!("histories/downs_strings");
    let mut conn = Connection::open_in_memory().unwrap();
    STRINGS.apply(&mut conn).unwrap();
    assert_eq!(number(&conn, "SELECT count(*) FROM settings"), 1);
    STRINGS.migrator().revert(&mut conn, 1).unwrap();
    assert_eq!(number(&conn, "SELECT count(*) FROM settings"), 0);
}

#[test]
fn what_cannot_be_taken_back_stays_whole() {
    const MISSING: Migrations = migrations!("histories/downs_missing");
    #[allow(deprecated)] // The build says so, too.
    const FORGETFUL: Migrations = migrations!("histories/downs_forgetful");
    let file = downs();
    let error = not_reverted(&file, &MISSING, 1);
    assert!(
        matches!(error.kind(), ErrorKind::NoDownFile { file, .. } if file.ends_with("0002_orders.up.sql")),
        "{error}"
    );
    assert!(matches!(
        not_reverted(&file, &DOWNS, 7).into_kind(),
        ErrorKind::UnknownTarget { target: 7, known: Some(3), .. }
    ));
    assert!(matches!(not_reverted(&file, &ORDERS, 1).into_kind(), ErrorKind::Diverged { .. }));
    let error = not_reverted(&file, &FORGETFUL, 2);
    assert!(error.to_string().contains("downs_forgetful/0003_email.down.sql:1:1: near \"SELEC\""), "{error}");

    // What has drifted is not taken back, nor is half of a migration.
    file.conn().execute_batch("ALTER TABLE customers ADD COLUMN note TEXT").unwrap();
    let error = not_reverted(&file, &DOWNS, 2);
    assert!(
        matches!(error.kind(), ErrorKind::Drift { .. }) && error.to_string().contains("`note`"),
        "{error}"
    );
    let file = downs();
    DOWNS.migrator().revert(&mut file.conn(), 2).unwrap();
    let error = not_reverted(&file, &FORGETFUL, 1);
    assert!(error.to_string().contains("table `orders` should not be there"), "{error}");
    // Without a ledger nobody knows what to take back.
    let stranger = File::new();
    stranger.conn().execute_batch("CREATE TABLE t(a)").unwrap();
    assert!(matches!(not_reverted(&stranger, &DOWNS, 0).into_kind(), ErrorKind::NoLedger { .. }));
}
