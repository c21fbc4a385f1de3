//! Databases that have tables and no ledger.

use onward::rusqlite::{Connection, Transaction};
use onward::{Adopt, Error, ErrorKind, Migrations, State, migrations};
use onward_tests::file::{File, number};

static FIRST: Migrations = migrations!("histories/orders_1");
static ORDERS: Migrations = migrations!("histories/orders");
static GROWN: Migrations = migrations!("histories/grown");

/// A database that the first so many migrations made, and nobody knows.
fn after(migrations: &Migrations, count: usize) -> File {
    let file = File::new();
    let list = migrations.list().iter().take(count);
    list.for_each(|migration| file.conn().execute_batch(migration.sql()).unwrap());
    file
}

fn with(sql: &str) -> File {
    let file = File::new();
    file.conn().execute_batch(sql).unwrap();
    file
}

/// Fails, and leaves the file byte for byte as it was.
#[track_caller]
fn refused(file: &File, migrations: &Migrations, how: Adopt) -> Error {
    let before = file.bytes();
    let error = migrations.migrator().adopt(how).apply(&mut file.conn()).unwrap_err();
    assert!(file.bytes() == before, "the file was changed");
    assert_eq!(error.path(), Some(&*file.path()), "{error}");
    assert!(error.to_string().contains("nothing was changed"), "{error}");
    error
}

const GROWN_2: &str =
    "CREATE TABLE jobs (id INTEGER PRIMARY KEY, state TEXT NOT NULL, queue TEXT NOT NULL DEFAULT 'main',
                       tries INTEGER NOT NULL DEFAULT 0); INSERT INTO jobs(state) VALUES ('open');";

// Exact.

#[test]
fn a_schema_says_which_migrations_have_run() {
    for how in [Adopt::Exact, Adopt::Reconcile] {
        for count in 1..=3 {
            let file = after(&ORDERS, count);
            file.conn()
                .execute_batch(
                    "CREATE TABLE _sqlx_migrations(version); CREATE INDEX by_v ON _sqlx_migrations(version)",
                )
                .unwrap();
            assert!(matches!(file.refused(&ORDERS).into_kind(), ErrorKind::NoLedger { .. }));
            let report = ORDERS.migrator().adopt(how).apply(&mut file.conn()).unwrap();
            assert_eq!((report.adopted, report.applied.len(), report.total), (count, 3 - count, 3));
            assert!(report.to_string().starts_with("adopted with "), "{report}");
            assert!(ORDERS.apply(&mut file.conn()).unwrap().is_up_to_date());
            assert!(ORDERS.verify(&file.conn()).unwrap().is_empty());
            let status = ORDERS.status(&file.conn()).unwrap();
            let adopted = status.entries.iter().filter(|entry| matches!(entry.state, State::Adopted(_)));
            assert_eq!(adopted.count(), count, "{status}");
            assert!(status.is_up_to_date());
        }
    }
}

#[test]
fn adoption_changes_nothing_for_databases_with_a_ledger_and_empty_ones() {
    let adopt = ORDERS.migrator().adopt(Adopt::Exact);
    let report = adopt.apply(&mut Connection::open_in_memory().unwrap()).unwrap();
    assert_eq!((report.adopted, report.applied.len()), (0, 3));
    let file = File::with_orders(&FIRST);
    assert_eq!(adopt.apply(&mut file.conn()).unwrap().applied.len(), 2);
    assert!(adopt.apply(&mut file.conn()).unwrap().is_up_to_date());
}

#[test]
fn another_schema_is_refused_and_the_nearest_named() {
    let file = after(&ORDERS, 2);
    file.conn().execute_batch("ALTER TABLE orders ADD COLUMN note TEXT").unwrap();
    let error = refused(&file, &ORDERS, Adopt::Exact);
    let ErrorKind::NotAdopted { nearest: Some(nearest), differences, .. } = error.kind() else {
        panic!("{error}")
    };
    assert!(nearest.ends_with("0003_paid.sql") && differences.len() == 1, "{error}");
    assert!(error.to_string().contains("\n  table `orders`: column `note` should not be there\n"), "{error}");
    // Something of the program's own has nothing in common with it.
    let error = refused(&with("CREATE TABLE customers(a)"), &ORDERS, Adopt::Exact);
    assert!(matches!(error.kind(), ErrorKind::NotAdopted { .. }), "{error}");
    let error = refused(&with("CREATE TABLE other(a)"), &ORDERS, Adopt::Exact);
    assert!(matches!(error.kind(), ErrorKind::NotAdopted { .. }), "{error}");
}

/// After the second migration there is a table less, which is still there.
#[test]
fn what_was_dropped_later_must_not_be_there() {
    const DROPPED: Migrations = migrations!("histories/dropped");
    for count in 1..=3 {
        let file = after(&DROPPED, count);
        let report = DROPPED.migrator().adopt(Adopt::Exact).apply(&mut file.conn()).unwrap();
        assert_eq!(report.adopted, count);
        assert!(file.conn().prepare("SELECT * FROM old").is_err());
    }
}

#[test]
fn a_target_and_a_backup_and_a_rehearsal() {
    let file = after(&ORDERS, 1);
    let copy = file.folder().join("before.db");
    let adopt = ORDERS.migrator().adopt(Adopt::Exact).backup(&copy);
    let before = file.bytes();
    assert_eq!(adopt.rehearse(&file.conn()).unwrap().applied.len(), 2);
    assert!(file.bytes() == before);
    let report = adopt.clone().target(3).apply(&mut file.conn()).unwrap();
    assert_eq!((report.adopted, report.applied.len(), report.total), (1, 1, 2));
    let copy = Connection::open(report.backup.unwrap()).unwrap();
    assert_eq!(number(&copy, "SELECT count(*) FROM sqlite_schema WHERE name = 'onward_migrations'"), 0);
    // It has had more than the target: nothing is taken back.
    let file = after(&ORDERS, 2);
    let report = adopt.target(1).apply(&mut file.conn()).unwrap();
    assert_eq!((report.adopted, report.applied.len(), report.total), (2, 0, 2));
}

/// What another tool has run, and what it has not, left the same schema.
#[test]
fn a_schema_that_does_not_tell_which_rows_were_written_is_refused() {
    static PRICED: Migrations = migrations!("histories/priced");
    let made = || {
        let file = after(&PRICED, 2);
        file.conn().execute_batch("INSERT INTO jobs VALUES (1, 5)").unwrap();
        file
    };
    for how in [Adopt::Exact, Adopt::Reconcile] {
        let error = refused(&made(), &PRICED, how);
        let ErrorKind::Undecided { versions, writing, .. } = error.kind() else { panic!("{error}") };
        assert_eq!((&versions[..], writing.len()), (&[2, 3][..], 1));
        assert!(error.to_string().contains("it is the same after 0002 and 0003;"), "{error}");
        assert!(error.to_string().contains("/0003_cents.sql may have changed rows, or not"), "{error}");
        let rehearsed = PRICED.migrator().adopt(how).rehearse(&made().conn()).unwrap_err();
        assert!(matches!(rehearsed.kind(), ErrorKind::Undecided { .. }), "{rehearsed}");
        // It is nothing that a new database would mend.
        let file = made();
        let error = PRICED.migrator().adopt(how).or_recreate().open(file.path()).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Undecided { .. }), "{error}");
    }
    for (version, ran, price) in [(2, 1, 500), (3, 0, 5)] {
        let (file, adopt) = (made(), PRICED.migrator().adopt(Adopt::At(version)));
        let rehearsal = adopt.rehearse(&file.conn()).unwrap();
        let recorded: Vec<i64> = rehearsal.adopted.iter().map(|recorded| recorded.version).collect();
        assert_eq!((recorded, rehearsal.applied.len()), ((1..=version).collect(), ran));
        assert!(
            rehearsal.to_string().contains("  0002  by_price  recorded as run, not run\n"),
            "{rehearsal}"
        );
        let json = serde_json::to_value(&rehearsal).unwrap();
        assert_eq!(json["adopted"][1]["name"], "by_price");
        let report = adopt.apply(&mut file.conn()).unwrap();
        assert_eq!((report.adopted as i64, report.applied.len()), (version, ran));
        assert_eq!(number(&file.conn(), "SELECT price FROM jobs"), price);
        assert!(adopt.apply(&mut file.conn()).unwrap().is_up_to_date());
    }
    // What is said has to be so.
    let error = refused(&made(), &PRICED, Adopt::At(1));
    let ErrorKind::NotAdopted { at: Some(1), nearest: Some(nearest), differences, .. } = error.kind() else {
        panic!("{error}")
    };
    assert!(nearest.ends_with("0001_jobs.sql") && !differences.is_empty(), "{error}");
    assert!(error.to_string().contains("0001_jobs.sql, at which it is to be adopted"), "{error}");
    let file = made();
    let before = file.bytes();
    let error = PRICED.migrator().adopt(Adopt::At(7)).apply(&mut file.conn()).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::UnknownVersion { version: 7, known: Some(3), .. }), "{error}");
    assert!(file.bytes() == before);
}

#[test]
fn the_last_is_taken_where_no_rows_are_written() {
    const MARKED: Migrations = migrations!("histories/marked");
    fn count(_: &Transaction<'_>) -> onward::rusqlite::Result<()> {
        Ok(())
    }
    let report = MARKED.migrator().adopt(Adopt::Exact).apply(&mut after(&MARKED, 1).conn()).unwrap();
    assert_eq!((report.adopted, report.applied.len()), (2, 0));
    // Code beside it may write rows.
    let code = migrations!("histories/marked_hooked", after = { 2 => count });
    let error = refused(&after(&MARKED, 1), &code, Adopt::Exact);
    assert!(matches!(error.kind(), ErrorKind::Undecided { .. }), "{error}");
}

// Reconcile.

#[test]
fn a_database_of_something_else_is_not_taken_over() {
    let error = refused(&with("CREATE TABLE customers_of_another_program(a)"), &GROWN, Adopt::Reconcile);
    assert!(matches!(error.kind(), ErrorKind::NotAdopted { nearest: None, .. }), "{error}");
    assert!(error.to_string().contains("has none of the tables that the migrations make"), "{error}");
}

#[test]
fn what_is_there_is_passed_over_and_what_is_not_runs() {
    // Columns without their index and view, and nothing of the third migration: that runs, with its rows.
    let file = with(GROWN_2);
    let error = refused(&file, &GROWN, Adopt::Exact);
    assert!(matches!(error.kind(), ErrorKind::NotAdopted { .. }), "{error}");
    let report = GROWN.migrator().adopt(Adopt::Reconcile).apply(&mut file.conn()).unwrap();
    assert_eq!((report.adopted, report.applied.len(), report.total), (2, 2, 4));
    assert_eq!(number(&file.conn(), "SELECT count(*) FROM settings"), 1);
    assert_eq!(number(&file.conn(), "SELECT tries FROM jobs"), 2);
    assert_eq!(number(&file.conn(), "PRAGMA user_version"), 2);
    assert!(GROWN.verify(&file.conn()).unwrap().is_empty());
    assert!(GROWN.apply(&mut file.conn()).unwrap().is_up_to_date());
}

#[test]
fn rows_are_never_written_twice() {
    // The third migration may have run, and the index of the first was dropped by hand.
    let file = after(&GROWN, 4);
    file.conn().execute_batch("DROP INDEX jobs_by_state").unwrap();
    let error = refused(&file, &GROWN, Adopt::Reconcile);
    let ErrorKind::Unrepeatable { line: 2, column: 1, sql, .. } = error.kind() else { panic!("{error}") };
    assert_eq!(*sql, "INSERT INTO settings VALUES ('retries', '3')");
    let said = error.to_string();
    assert!(said.contains("tests/histories/grown/0003_settings.sql:2:1\n"), "{said}");
    // And how the schema differs from the one that it is most like.
    assert!(
        said.contains("/0004_") && said.contains(", but:\n  index `jobs_by_state` is missing\n"),
        "{said}"
    );
    // Mended as it says, the schema is that after the third and the fourth, which writes rows.
    file.conn().execute_batch("CREATE INDEX jobs_by_state ON jobs(state)").unwrap();
    let error = refused(&file, &GROWN, Adopt::Reconcile);
    assert!(matches!(error.kind(), ErrorKind::Undecided { versions, .. } if versions == &[3, 4]), "{error}");
    let report = GROWN.migrator().adopt(Adopt::At(4)).apply(&mut file.conn()).unwrap();
    assert_eq!((report.adopted, report.applied.len()), (4, 0));
}

#[test]
fn the_schema_has_to_become_a_proven_one() {
    let file = with("CREATE TABLE jobs (id INTEGER PRIMARY KEY, state TEXT)");
    let error = refused(&file, &GROWN, Adopt::Reconcile);
    let ErrorKind::NotAdopted { nearest: Some(nearest), .. } = error.kind() else { panic!("{error}") };
    assert!(nearest.ends_with("0001_jobs.sql"), "{error}");
    assert!(error.to_string().contains("column `state` should be TEXT NOT NULL, is TEXT"), "{error}");
    // The rebuild of the fifth migration would lose what somebody has added to the table before.
    let file = with(
        "CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT);
         INSERT INTO customers VALUES (1, 'Ada', 'ada@example.com')",
    );
    let error = refused(&file, &ORDERS, Adopt::Reconcile);
    assert!(error.to_string().contains("column `email` should not be there"), "{error}");
    // Something else has the name.
    let error = refused(&with("CREATE VIEW jobs AS SELECT 1 AS id"), &GROWN, Adopt::Reconcile);
    assert!(matches!(error.kind(), ErrorKind::Statement { .. }), "{error}");
}

#[test]
fn code_that_may_have_run_is_refused() {
    fn count(transaction: &Transaction<'_>) -> onward::rusqlite::Result<()> {
        transaction.execute("UPDATE jobs SET tries = tries + 100", []).map(drop)
    }
    let early = migrations!("histories/grown_early", after = { 2 => count });
    let error = refused(&with(GROWN_2), &early, Adopt::Reconcile);
    assert!(matches!(error.kind(), ErrorKind::Unrepeatable { sql, .. } if sql == "count"), "{error}");
    let late = migrations!("histories/grown_late", after = { 3 => count });
    let file = with(GROWN_2);
    assert_eq!(late.migrator().adopt(Adopt::Reconcile).apply(&mut file.conn()).unwrap().adopted, 2);
    assert_eq!(number(&file.conn(), "SELECT tries FROM jobs"), 102);
}

#[test]
fn a_database_that_cannot_be_taken_over_can_be_made_anew() {
    let file = with("CREATE TABLE customers(a)");
    let migrator = ORDERS.migrator().adopt(Adopt::Reconcile).or_recreate();
    let (_, report) = migrator.open(file.path()).unwrap();
    assert!(report.recreated.is_some() && report.applied.len() == 3);
}
