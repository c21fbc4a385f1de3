//! What the runtime does to real database files.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use onward::rusqlite::config::DbConfig;
use onward::rusqlite::{Connection, OpenFlags};
use onward::{Conflict, Error, Migrations, Result, State, migrations};

static FIRST: Migrations = migrations!("histories/orders_1");
static ORDERS: Migrations = migrations!("histories/orders");

/// A database file in a folder of its own that goes with it.
struct File(tempfile::TempDir);

impl File {
    fn new() -> File {
        File(tempfile::tempdir().unwrap())
    }

    /// One that this history has migrated, with a customer and two orders.
    fn with_orders(migrations: &Migrations) -> File {
        let file = File::new();
        let conn = migrations.open(file.path()).unwrap();
        conn.execute_batch("INSERT INTO customers(id, name) VALUES (1, 'Ada'), (2, 'Ada')").unwrap();
        conn.execute_batch("INSERT INTO orders(customer, total) VALUES (1, 10), (1, 20)").unwrap();
        file
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("app.db")
    }

    fn conn(&self) -> Connection {
        Connection::open(self.path()).unwrap()
    }

    fn bytes(&self) -> Vec<u8> {
        std::fs::read(self.path()).unwrap()
    }

    /// Applies, which must fail, and leave the file byte for byte as it was.
    fn refused(&self, migrations: &Migrations) -> Error {
        let before = self.bytes();
        let error = migrations.apply(&mut self.conn()).expect_err("this database must be refused");
        assert!(self.bytes() == before, "the file was changed");
        error
    }
}

fn number(conn: &Connection, sql: &str) -> i64 {
    conn.query_row(sql, [], |row| row.get(0)).unwrap()
}

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
    assert!(matches!(error, Error::Statement { line: 4, column: 1, .. }), "{error:?}");
    assert_eq!(
        error.to_string(),
        "a migration failed and all were rolled back; nothing was changed\n  \
         tests/histories/broken_late/0002_unique_names.sql:4:1: UNIQUE constraint failed: customers.name\n    \
         CREATE UNIQUE INDEX customers_by_name\n        ON customers(name)"
    );
}

#[test]
fn databases_that_ran_something_else_are_refused() {
    const EDITED: Migrations = migrations!("histories/orders_edited");
    const GAP: Migrations = migrations!("histories/orders_gap");
    const INSERTED: Migrations = migrations!("histories/orders_inserted");
    let file = File::with_orders(&ORDERS);

    let Error::Diverged { conflicts } = file.refused(&EDITED) else { panic!() };
    let [Conflict::Edited { version: 3, ledger, program, .. }] = &conflicts[..] else {
        panic!("{conflicts:?}")
    };
    let checksum = |migrations: &Migrations| migrations.list()[1].checksum();
    assert_eq!((ledger, *program), (&checksum(&ORDERS).to_string(), checksum(&EDITED)));

    let Error::Diverged { conflicts } = file.refused(&GAP) else { panic!() };
    assert!(matches!(&conflicts[..], [Conflict::Missing { version: 3, .. }]), "{conflicts:?}");

    let error = file.refused(&INSERTED);
    assert!(error.to_string().contains("migration 4 `refunds` has not run, though migration 5 after it has"));

    let Error::Newer { known: Some(1), conflicts } = file.refused(&FIRST) else { panic!() };
    assert_eq!(conflicts.iter().map(Conflict::version).collect::<Vec<_>>(), [3, 5]);
}

#[test]
fn a_database_without_a_ledger_is_refused() {
    let file = File::new();
    file.conn().execute_batch("CREATE TABLE customers(id); INSERT INTO customers VALUES (1);").unwrap();
    let error = file.refused(&ORDERS);
    assert!(matches!(&error, Error::NoLedger { tables } if tables == &["customers"]));
    assert!(error.to_string().contains("no ledger") && error.to_string().contains("`customers`"));
}

#[test]
fn an_open_transaction_is_refused() {
    let file = File::with_orders(&FIRST);
    let mut conn = file.conn();
    conn.execute_batch("BEGIN; INSERT INTO customers(name) VALUES ('Bob');").unwrap();
    assert!(matches!(ORDERS.apply(&mut conn), Err(Error::InTransaction)));
    conn.execute_batch("COMMIT").unwrap();
    assert_eq!(number(&conn, "SELECT count(*) FROM customers"), 3);
}

#[test]
fn attached_databases_are_refused_and_never_taken_for_the_main_one() {
    let (file, other) = (File::with_orders(&FIRST), File::with_orders(&ORDERS));
    let mut conn = file.conn();
    conn.execute("ATTACH ?1 AS other", [other.path().to_str().unwrap()]).unwrap();
    let error = ORDERS.apply(&mut conn).unwrap_err();
    assert!(matches!(&error, Error::Attached { databases } if databases == &["other"]), "{error}");
    assert_eq!(ORDERS.status(&conn).unwrap().pending(), 2);
    // Nothing to do is nothing that could go wrong.
    assert!(FIRST.apply(&mut conn).unwrap().is_up_to_date());
    conn.execute_batch("DETACH other").unwrap();
    assert_eq!(ORDERS.apply(&mut conn).unwrap().applied.len(), 2);
}

#[test]
fn files_that_are_no_database_or_cannot_be_written() {
    let file = File::new();
    std::fs::write(file.path(), "this is not a database, but long enough to look at".repeat(40)).unwrap();
    let error = file.refused(&ORDERS);
    assert!(error.to_string().contains("file is not a database"), "{error}");
    assert!(
        error.to_string().contains("help: the file is not a SQLite database, or it is encrypted"),
        "{error}"
    );

    let missing = file.path().join("no").join("such.db");
    let error = ORDERS.open(&missing).unwrap_err();
    assert!(error.to_string().contains("does not exist; make it first"), "{error}");

    let file = File::with_orders(&FIRST);
    let mut conn = Connection::open_with_flags(file.path(), OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    let error = ORDERS.apply(&mut conn).unwrap_err();
    assert!(
        error.to_string().contains("help: the file, its folder or the connection cannot be written"),
        "{error}"
    );
    // Nothing to do is nothing to write.
    assert!(FIRST.apply(&mut conn).unwrap().is_up_to_date());
}

#[test]
fn a_corrupt_file_is_refused() {
    let file = File::with_orders(&FIRST);
    let mut bytes = file.bytes();
    // The page of the ledger's first rows, whichever it is: everything after the first page becomes nonsense.
    bytes[4096..].fill(0xa5);
    std::fs::write(file.path(), &bytes).unwrap();
    let error = file.refused(&ORDERS);
    assert!(error.to_string().contains("help: the file is damaged"), "{error}");
}

#[test]
fn a_full_disk_changes_nothing() {
    let file = File::with_orders(&FIRST);
    let mut conn = file.conn();
    let pages = number(&conn, "PRAGMA page_count");
    conn.execute_batch(&format!("PRAGMA max_page_count = {pages}")).unwrap();
    let before = file.bytes();
    let error = ORDERS.apply(&mut conn).unwrap_err();
    assert!(error.to_string().contains("help: make room where the database lies"), "{error}");
    assert!(file.bytes() == before);
    conn.execute_batch("PRAGMA max_page_count = 4294967294").unwrap();
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
    let Error::ForeignKeys { violations } = &error else { panic!("{error}") };
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
    let Error::Drift { differences } = &error else { panic!("{error}") };
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

#[test]
fn a_lock_that_is_held_for_ever_ends_in_an_error_that_says_so() {
    let file = File::with_orders(&FIRST);
    let writer = file.conn();
    writer.execute_batch("BEGIN IMMEDIATE").unwrap();
    let before = file.bytes();
    let start = Instant::now();
    let error =
        ORDERS.migrator().lock_timeout(Duration::from_millis(200)).apply(&mut file.conn()).unwrap_err();
    assert!(matches!(error, Error::Locked { waited, .. } if waited >= Duration::from_millis(200)));
    assert!(start.elapsed() >= Duration::from_millis(200) && file.bytes() == before);
    // Nor does the connection's own patience, ten minutes, prolong ours when not even reading is possible.
    writer.execute_batch("ROLLBACK; BEGIN EXCLUSIVE").unwrap();
    let mut patient = file.conn();
    patient.busy_timeout(Duration::from_secs(600)).unwrap();
    let start = Instant::now();
    let error = ORDERS.migrator().lock_timeout(Duration::ZERO).apply(&mut patient).unwrap_err();
    assert!(matches!(error, Error::Locked { .. }) && start.elapsed() < Duration::from_secs(300), "{error}");
    assert_eq!(number(&patient, "PRAGMA busy_timeout"), 600_000);
    writer.execute_batch("ROLLBACK").unwrap();
    assert_eq!(ORDERS.apply(&mut file.conn()).unwrap().applied.len(), 2);
}

fn start(history: &str, file: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_start"));
    command.arg(history).arg(file).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Starts this many processes at once and gives back how many migrations each has applied.
fn start_many(count: usize, history: &str, file: &Path) -> Vec<usize> {
    let children: Vec<_> = (0..count).map(|_| start(history, file).spawn().unwrap()).collect();
    let outputs = children.into_iter().map(|child| child.wait_with_output().unwrap());
    outputs
        .map(|output| {
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
            assert!(output.status.success(), "{}", text(&output.stderr));
            text(&output.stdout).parse().unwrap()
        })
        .collect()
}

#[test]
fn many_processes_apply_everything_once() {
    for journal in ["DELETE", "WAL"] {
        for _ in 0..5 {
            let file = File::new();
            let conn = migrations!("histories/counter_1").open(file.path()).unwrap();
            conn.execute_batch(&format!("PRAGMA journal_mode = {journal}")).unwrap();
            // The only pending migration is one INSERT: run twice, it would raise no error.
            let applied = start_many(8, "counter", &file.path());
            assert_eq!(applied.iter().sum::<usize>(), 1);
            assert_eq!(number(&conn, "SELECT count(*) FROM counter"), 1);
        }
    }
    let file = File::new();
    assert_eq!(start_many(10, "sample", &file.path()).iter().sum::<usize>(), 10);
}

#[test]
fn a_process_that_is_killed_leaves_the_old_database_and_the_next_start_completes() {
    let mut killed = 0;
    for round in 0..10 {
        let file = File::new();
        let mut child = start("slow", &file.path()).spawn().unwrap();
        // Somewhere in the run: it takes a good part of a second, most of it inside one statement.
        std::thread::sleep(Duration::from_millis(10 + 20 * round));
        child.kill().unwrap();
        killed += usize::from(!child.wait().unwrap().success());
        let conn = file.conn();
        let tables = number(
            &conn,
            "SELECT count(*) FROM sqlite_schema WHERE name IN ('numbers', 'onward_migrations')",
        );
        assert!(tables == 0 || tables == 2);
        if tables == 2 {
            assert_eq!(number(&conn, "SELECT count(*) FROM onward_migrations"), 3);
        }
        drop(conn);
        assert_eq!(start_many(1, "slow", &file.path()), [if tables == 0 { 3 } else { 0 }]);
        assert_eq!(number(&file.conn(), "SELECT count(*) FROM numbers"), 300_000);
    }
    assert!(killed > 0, "every process was done before it could be killed");
}
