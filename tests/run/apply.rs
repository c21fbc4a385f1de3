//! What the runtime does to real database files.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use onward::rusqlite::Connection;
use onward::rusqlite::config::DbConfig;
use onward::{Conflict, Error, ErrorKind, Event, Migrations, Result, State, migrations};
use onward_core::packed::{Source, pack};
use onward_tests::file::{File, number};

static FIRST: Migrations = migrations!("histories/orders_1");
static ORDERS: Migrations = migrations!("histories/orders");

#[test]
fn first_run_and_second_run() -> Result<()> {
    let file = File::new();
    let (conn, report) = ORDERS.migrator().open(file.path())?;
    assert_eq!(report.applied.iter().map(|applied| applied.version).collect::<Vec<_>>(), [1, 3, 5]);
    assert_eq!(report.applied[1].name, "paid");
    assert_eq!(number(&conn, "SELECT count(*) FROM onward_migrations"), 3);
    drop(conn);

    let before = file.bytes();
    let report = ORDERS.apply(&mut file.conn())?;
    assert!(report.is_up_to_date() && report.total == 3 && report.waited == Duration::ZERO);
    assert!(file.bytes() == before);
    Ok(())
}

/// Its second migration was locked before there was a check that refuses it.
static RELEASED: Migrations = migrations!("histories/released");

#[test]
fn what_is_locked_is_proven_by_check_and_not_by_every_build() -> Result<()> {
    assert_eq!(RELEASED.apply(&mut Connection::open_in_memory().unwrap())?.applied.len(), 2);
    let dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("histories/released");
    for (command, code) in [("check", 1), ("lock", 1)] {
        let output = onward_tests::cargo_onward().arg(command).arg(&dir).output().unwrap();
        assert_eq!(output.status.code(), Some(code));
        assert!(String::from_utf8(output.stdout).unwrap().contains("failure_with_rows"), "{command}");
    }
    Ok(())
}

#[test]
fn a_const_a_static_and_an_in_memory_database() -> Result<()> {
    const HERE: Migrations = migrations!("histories/orders");
    let mut conn = Connection::open_in_memory().unwrap();
    assert_eq!(HERE.apply(&mut conn)?.applied.len(), 3);
    assert!(ORDERS.apply(&mut conn)?.is_up_to_date());
    Ok(())
}

#[test]
fn what_is_pending_runs_and_rows_stay() -> Result<()> {
    let file = File::with_orders(&FIRST);
    let mut conn = file.conn();
    // With foreign keys on, the rebuild's DROP TABLE would delete the orders.
    conn.execute_batch("PRAGMA foreign_keys = ON").unwrap();
    let report = ORDERS.apply(&mut conn)?;
    assert_eq!(report.applied.len(), 2);
    assert_eq!(number(&conn, "SELECT count(*) FROM orders"), 2);
    assert_eq!(number(&conn, "PRAGMA foreign_keys"), 1);
    Ok(())
}

#[test]
fn a_failing_statement_changes_nothing_and_says_where() {
    const BROKEN: Migrations = migrations!("histories/broken_late");
    let file = File::with_orders(&FIRST);
    let error = file.refused(&BROKEN);
    assert!(matches!(error.kind(), ErrorKind::Statement { line: 4, column: 1, .. }), "{error:?}");
    assert_eq!(
        error.to_string().replace(&*file.path().to_string_lossy(), "app.db"),
        "`app.db`: a migration failed, and everything was rolled back; nothing was changed\n  \
         tests/histories/broken_late/0002_unique_names.sql:4:1: UNIQUE constraint failed: customers.name\n    \
         CREATE UNIQUE INDEX customers_by_name\n        ON customers(name)\n\
         help: this query finds the rows that are in the way; correct them, on a copy first, and start again\n    \
         SELECT name, count(*) FROM customers WHERE name IS NOT NULL GROUP BY name HAVING count(*) > 1"
    );
    let ErrorKind::Statement { query: Some(query), .. } = error.kind() else { panic!("{error}") };
    assert_eq!(number(&file.conn(), &format!("SELECT count(*) FROM ({query})")), 1);
    let error = BROKEN.rehearse(&file.conn()).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Statement { query: Some(found), .. } if found == query),
        "{error}"
    );
}

#[test]
fn databases_that_ran_something_else_are_refused() {
    const EDITED: Migrations = migrations!("histories/orders_edited");
    const GAP: Migrations = migrations!("histories/orders_gap");
    const INSERTED: Migrations = migrations!("histories/orders_inserted");
    let file = File::with_orders(&ORDERS);

    let ErrorKind::Diverged { conflicts, .. } = file.refused(&EDITED).into_kind() else { panic!() };
    let [Conflict::Edited { version: 3, ledger, program, .. }] = &conflicts[..] else {
        panic!("{conflicts:?}")
    };
    let checksum = |migrations: &Migrations| migrations.list().get(1).unwrap().checksum();
    assert_eq!((ledger, *program), (&checksum(&ORDERS).to_string(), checksum(&EDITED)));

    let ErrorKind::Diverged { conflicts, .. } = file.refused(&GAP).into_kind() else { panic!() };
    assert!(matches!(&conflicts[..], [Conflict::Missing { version: 3, .. }]), "{conflicts:?}");

    let error = file.refused(&INSERTED);
    assert!(
        error
            .to_string()
            .contains("migration 0004 `refunds` has not run, though migration 0005 after it has")
    );

    let ErrorKind::Newer { known: Some(1), conflicts, .. } = file.refused(&FIRST).into_kind() else {
        panic!()
    };
    assert_eq!(conflicts.iter().map(Conflict::version).collect::<Vec<_>>(), [3, 5]);
}

#[test]
fn a_database_without_a_ledger_is_refused() {
    let file = File::new();
    file.conn().execute_batch("CREATE TABLE customers(id); INSERT INTO customers VALUES (1);").unwrap();
    let error = file.refused(&ORDERS);
    assert!(matches!(error.kind(), ErrorKind::NoLedger { tables, .. } if tables == &["customers"]));
    assert!(error.to_string().contains("no ledger") && error.to_string().contains("`customers`"));
}

/// The same migrations, as they would be if they needed this SQLite.
fn needing(sqlite: i32) -> Migrations {
    let analysis = onward_analysis::analyze("histories/orders".as_ref(), onward_analysis::Proof::Whole);
    let packed = analysis.history.packed(analysis.replay.as_ref(), "histories/orders/");
    let source = packed.view().source().unwrap();
    pack(&Source { sqlite, ..source }).into()
}

#[test]
fn an_older_sqlite_is_refused_before_anything() {
    let newer = needing(4_001_002);
    for file in [File::with_orders(&FIRST), File::with_orders(&ORDERS)] {
        let error = file.refused(&newer);
        let text = error.to_string().replace(&*file.path().to_string_lossy(), "app.db");
        assert_eq!(
            text,
            format!(
                "`app.db`: the migrations need SQLite 4.1.2 or later, and this program runs on {}; nothing was changed\n\
                 help: install a newer SQLite, or build the program with the feature `bundled`",
                rusqlite::version()
            )
        );
        assert!(matches!(
            newer.apply(&mut file.conn()).map_err(Error::into_kind),
            Err(ErrorKind::OldSqlite { .. })
        ));
        assert!(matches!(
            newer.rehearse(&file.conn()).map_err(Error::into_kind),
            Err(ErrorKind::OldSqlite { .. })
        ));
    }
    // Where there is no file yet, none is made.
    let file = File::new();
    for migrator in [newer.migrator(), newer.migrator().or_recreate()] {
        assert!(matches!(
            migrator.open(file.path()).map_err(Error::into_kind),
            Err(ErrorKind::OldSqlite { .. })
        ));
        assert_eq!(std::fs::read_dir(file.path().parent().unwrap()).unwrap().count(), 0);
    }
    assert!(needing(rusqlite::version_number()).open(file.path()).is_ok());
}

#[test]
fn an_open_transaction_is_refused() {
    let file = File::with_orders(&FIRST);
    let mut conn = file.conn();
    conn.execute_batch("BEGIN; INSERT INTO customers(name) VALUES ('Bob');").unwrap();
    assert!(matches!(ORDERS.apply(&mut conn).map_err(Error::into_kind), Err(ErrorKind::InTransaction)));
    conn.execute_batch("COMMIT").unwrap();
    assert_eq!(number(&conn, "SELECT count(*) FROM customers"), 3);
}

#[test]
fn attached_databases_are_refused_and_never_taken_for_the_main_one() {
    let (file, other) = (File::with_orders(&FIRST), File::with_orders(&ORDERS));
    let mut conn = file.conn();
    conn.execute("ATTACH ?1 AS other", [other.path().to_str().unwrap()]).unwrap();
    let error = ORDERS.apply(&mut conn).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Attached { databases, .. } if databases == &["other"]),
        "{error}"
    );
    assert_eq!(ORDERS.status(&conn).unwrap().pending(), 2);
    // Nothing to do is nothing that could go wrong.
    assert!(FIRST.apply(&mut conn).unwrap().is_up_to_date());
    conn.execute_batch("DETACH other").unwrap();
    assert_eq!(ORDERS.apply(&mut conn).unwrap().applied.len(), 2);
}

#[test]
fn a_function_that_is_not_registered_is_named() {
    const FUNCTION: Migrations = migrations!("histories/function");
    let file = File::with_orders(&FIRST);
    let error = file.refused(&FUNCTION);
    assert!(error.to_string().contains("0002_slugs.sql:2:29: no such function: slug"), "{error}");
    assert!(error.to_string().contains("help: register the function on the connection"), "{error}");
}

#[test]
fn new_foreign_key_violations_are_refused_and_old_ones_are_not() {
    const BEFORE: Migrations = migrations!("histories/cascade_1");
    const CASCADE: Migrations = migrations!("histories/cascade");
    let file = File::new();
    let conn = BEFORE.open(file.path()).unwrap();
    conn.execute_batch("PRAGMA foreign_keys = OFF; INSERT INTO customers VALUES (1), (200);").unwrap();
    conn.execute_batch("INSERT INTO orders VALUES (200), (999)").unwrap();
    let error = file.refused(&CASCADE);
    let ErrorKind::ForeignKeys { violations, .. } = error.kind() else { panic!("{error}") };
    assert_eq!(violations.len(), 1);
    assert!(error.to_string().contains("table `orders` refers to a row of `customers`"), "{error}");

    conn.execute_batch("DELETE FROM orders WHERE customer = 200").unwrap();
    assert_eq!(CASCADE.apply(&mut file.conn()).unwrap().applied.len(), 1);
}

#[test]
fn a_drifted_schema_is_refused_and_the_difference_said() {
    let file = File::with_orders(&FIRST);
    file.conn().execute_batch("ALTER TABLE orders ADD COLUMN note TEXT; CREATE TABLE _replica(id);").unwrap();
    let error = file.refused(&ORDERS);
    let ErrorKind::Drift { differences, .. } = error.kind() else { panic!("{error}") };
    assert!(!differences.is_empty() && error.to_string().contains("`note`"), "{error}");
    assert!(!error.to_string().contains("_replica"), "what is not the history's is not to blame: {error}");
}

#[test]
fn what_others_put_beside_the_history_is_theirs() {
    let file = File::with_orders(&FIRST);
    file.conn().execute_batch("CREATE TABLE _replica(id); CREATE INDEX by_total ON orders(total);").unwrap();
    assert_eq!(ORDERS.apply(&mut file.conn()).unwrap().applied.len(), 2);
}

#[test]
fn settings_of_the_connection_stay() {
    let settings = |conn: &Connection| {
        let pragma = |name: &str| number(conn, &format!("PRAGMA {name}"));
        let strings = conn.db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML).unwrap();
        let names = ["foreign_keys", "legacy_alter_table", "recursive_triggers", "busy_timeout"];
        (names.map(pragma), strings)
    };
    for on in [0, 1] {
        for migrations in [migrations!("histories/orders"), migrations!("histories/switches")] {
            let mut conn = Connection::open_in_memory().unwrap();
            conn.execute_batch(&format!(
                "PRAGMA foreign_keys = {on}; PRAGMA legacy_alter_table = {on}; PRAGMA recursive_triggers = {on}; \
                 PRAGMA busy_timeout = {on}234;"
            ))
            .unwrap();
            let before = settings(&conn);
            migrations.apply(&mut conn).unwrap();
            assert_eq!(settings(&conn), before);
        }
        // And after an error.
        let file = File::with_orders(&FIRST);
        let mut conn = file.conn();
        conn.execute_batch(&format!("PRAGMA foreign_keys = {on}")).unwrap();
        let before = settings(&conn);
        migrations!("histories/broken_late").apply(&mut conn).unwrap_err();
        assert_eq!(settings(&conn), before);
    }
}

#[test]
fn what_a_migration_writes_into_the_schema_holds_for_the_next_one() -> Result<()> {
    const WRITTEN: Migrations = migrations!("histories/written");
    for on in [false, true] {
        let mut conn = Connection::open_in_memory().unwrap();
        conn.pragma_update(None, "writable_schema", on).unwrap();
        WRITTEN.apply(&mut conn)?;
        assert_eq!(number(&conn, "SELECT count(*) FROM jobs WHERE state IS NULL"), 1);
        assert_eq!(number(&conn, "PRAGMA writable_schema"), i64::from(on));
    }
    Ok(())
}

#[test]
fn strings_in_double_quotes_work_where_they_are_allowed_and_only_there() {
    const STRINGS: Migrations = migrations!("histories/strings");
    let mut conn = Connection::open_in_memory().unwrap();
    // A program may have them off, as SQLite recommends.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false).unwrap();
    STRINGS.apply(&mut conn).unwrap();
    assert_eq!(number(&conn, "SELECT count(*) FROM settings WHERE value IN ('dark', 'large')"), 2);
    assert!(conn.prepare("SELECT \"no such column\"").is_err());
}

#[test]
fn temporary_tables_end_with_their_migration_and_the_applications_own_stay() {
    let mut conn = Connection::open_in_memory().unwrap();
    conn.execute_batch("CREATE TEMP TABLE \"my \"\"own\" (a)").unwrap();
    // Among what the migrations leave are a trigger and a virtual table with tables behind it.
    migrations!("histories/temporary").apply(&mut conn).unwrap();
    assert_eq!(number(&conn, "SELECT sum(a) FROM kept"), 3);
    assert_eq!(number(&conn, "SELECT count(*) FROM sqlite_temp_schema WHERE name = 'my \"own'"), 1);
    assert_eq!(number(&conn, "SELECT count(*) FROM sqlite_temp_schema"), 1);
}

#[test]
fn status_reads_and_changes_nothing() {
    let file = File::with_orders(&FIRST);
    let before = file.bytes();
    let status = ORDERS.status(&file.conn()).unwrap();
    assert!(matches!(status.entries[0].state, State::Applied(_)));
    assert_eq!((status.pending(), status.is_up_to_date()), (2, false));
    assert!(status.to_string().ends_with("2 of 3 pending"));
    assert!(file.bytes() == before);
    assert!(!FIRST.status(&File::with_orders(&ORDERS).conn()).unwrap().is_up_to_date());
}

#[test]
fn up_to_date_takes_no_lock() {
    let file = File::with_orders(&ORDERS);
    let writer = file.conn();
    writer.execute_batch("BEGIN IMMEDIATE; INSERT INTO customers(name) VALUES ('Bob');").unwrap();
    let mut reader = file.conn();
    reader.busy_timeout(Duration::ZERO).unwrap();
    let report = ORDERS.migrator().lock_timeout(Duration::ZERO).apply(&mut reader).unwrap();
    assert!(report.is_up_to_date());
    writer.execute_batch("COMMIT").unwrap();
}

/// Under a rollback journal nobody reads while a run has the lock; under WAL everybody does, and sees the old state.
#[test]
fn under_wal_others_read_on_until_the_commit() {
    for (journal, read) in [("DELETE", None), ("WAL", Some(1))] {
        let file = File::with_orders(&FIRST);
        let reader = file.conn();
        reader.query_row(&format!("PRAGMA journal_mode = {journal}"), [], |_| Ok(())).unwrap();
        reader.busy_timeout(Duration::ZERO).unwrap();
        let (reader, seen) = (Mutex::new(reader), Mutex::new(Vec::new()));
        let migrator = ORDERS.migrator().observer(|event| {
            let count = "SELECT count(*) FROM onward_migrations";
            let found = reader.lock().unwrap().query_row(count, [], |row| row.get::<_, i64>(0)).ok();
            seen.lock().unwrap().push((matches!(event, Event::Done { .. }), found));
        });
        migrator.open(file.path()).unwrap();
        drop(migrator);
        // Each of two migrations begins and ends, and then all is committed.
        let during = (false, read);
        let seen = seen.into_inner().unwrap();
        assert_eq!(seen, [during, during, during, during, (true, Some(3))], "{journal}");
    }
}

#[test]
fn a_lock_that_is_held_for_ever_ends_in_an_error_that_says_so() {
    let file = File::with_orders(&FIRST);
    let writer = file.conn();
    writer.execute_batch("BEGIN IMMEDIATE").unwrap();
    let before = file.bytes();
    let start = Instant::now();
    let error =
        ORDERS.migrator().lock_timeout(Duration::from_millis(200)).apply(&mut file.conn()).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Locked { waited, .. } if *waited >= Duration::from_millis(200))
    );
    assert!(start.elapsed() >= Duration::from_millis(200) && file.bytes() == before);
    // Nor does the connection's own patience, ten minutes, prolong ours when not even reading is possible.
    writer.execute_batch("ROLLBACK; BEGIN EXCLUSIVE").unwrap();
    let mut patient = file.conn();
    patient.busy_timeout(Duration::from_secs(600)).unwrap();
    let start = Instant::now();
    let error = ORDERS.migrator().lock_timeout(Duration::ZERO).apply(&mut patient).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Locked { .. }) && start.elapsed() < Duration::from_secs(300),
        "{error}"
    );
    assert_eq!(number(&patient, "PRAGMA busy_timeout"), 600_000);
    writer.execute_batch("ROLLBACK").unwrap();
    assert_eq!(ORDERS.apply(&mut file.conn()).unwrap().applied.len(), 2);
}

/// One migration counts on a cascade and says so; the next changes a key that is referred to, which foreign keys would
/// refuse.
#[test]
fn foreign_keys_are_on_for_the_migration_that_asks_for_it() {
    const KEYS_ON: Migrations = migrations!("histories/keys_on");
    for enforced in [false, true] {
        let mut conn = Connection::open_in_memory().unwrap();
        conn.pragma_update(None, "foreign_keys", enforced).unwrap();
        KEYS_ON.migrator().target(1).apply(&mut conn).unwrap();
        conn.execute_batch(
            "INSERT INTO queues VALUES ('old'), ('mail'); INSERT INTO jobs(queue) VALUES ('old'), ('old'), ('mail');",
        )
        .unwrap();
        KEYS_ON.apply(&mut conn).unwrap();
        let left: String =
            conn.query_row("SELECT group_concat(queue) FROM jobs", [], |row| row.get(0)).unwrap();
        assert_eq!(left, "MAIL");
        let after: bool = conn.pragma_query_value(None, "foreign_keys", |row| row.get(0)).unwrap();
        assert_eq!(after, enforced);
    }
}

/// SQLite counts what deferred foreign keys miss, and the count does not fall when a table is renamed, nor while foreign
/// keys are off: COMMIT would fail though every row has its parent.
#[test]
fn deferred_foreign_keys_are_judged_by_the_rows_there_are_in_the_end() {
    const REBUILD: Migrations = migrations!("histories/deferred_rebuild");
    const DELETES: Migrations = migrations!("histories/deferred_deletes");
    for (history, left) in [(REBUILD, (2, 3)), (DELETES, (0, 0))] {
        let file = File::new();
        history.migrator().target(1).apply(&mut file.conn()).unwrap();
        file.conn()
            .execute_batch(
                "INSERT INTO queues VALUES (1, 'a'), (2, 'b'); INSERT INTO jobs(queue) VALUES (1), (1), (2);",
            )
            .unwrap();
        assert!(history.rehearse(&file.conn()).unwrap().violations.is_empty());
        let mut conn = file.conn();
        history.apply(&mut conn).unwrap();
        let rows = |table: &str| number(&conn, &format!("SELECT count(*) FROM {table}"));
        assert_eq!((rows("queues"), rows("jobs")), left);
        // What the run counted is not left to the application's own transactions.
        conn.execute_batch("PRAGMA foreign_keys = ON; BEGIN; INSERT INTO jobs(queue) VALUES (9)").unwrap();
        conn.execute_batch("COMMIT").unwrap_err();
        conn.execute_batch("INSERT INTO queues VALUES (9, 'c'); COMMIT").unwrap();
    }
    // Rows that are left without a parent are refused as ever, and told by name.
    let file = File::new();
    DELETES.migrator().target(1).apply(&mut file.conn()).unwrap();
    file.conn()
        .execute_batch("INSERT INTO queues VALUES (1, 'a'); INSERT INTO jobs(queue) VALUES (1)")
        .unwrap();
    let rehearsal = DELETES.migrator().target(2).rehearse(&file.conn()).unwrap();
    let error = DELETES.migrator().target(2).apply(&mut file.conn()).unwrap_err();
    let ErrorKind::ForeignKeys { violations, .. } = error.kind() else { panic!("{error}") };
    assert_eq!((violations, violations.len()), (&rehearsal.violations, 1));
    assert_eq!(number(&file.conn(), "SELECT count(*) FROM queues"), 1);
}
