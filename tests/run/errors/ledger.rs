//! A ledger that is not as onward left it, or that nothing can be written to.

use onward::rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use onward::rusqlite::{Connection, OpenFlags};
use onward::{Conflict, Error, ErrorKind, Migrations, migrations};
use onward_tests::file::{File, number};

use super::{FIRST, ORDERS, reads};

#[test]
fn the_ledger_was_changed_by_hand() {
    for change in [
        "DELETE FROM onward_migrations WHERE version = 1",
        "UPDATE onward_migrations SET checksum = 'see the wiki' WHERE version = 3",
        "UPDATE onward_migrations SET version = 4 WHERE version = 3",
        "INSERT INTO onward_migrations SELECT 4, name, checksum, chain, applied_at, 0 FROM onward_migrations WHERE version = 3",
        "UPDATE onward_migrations SET chain = 'none' WHERE version = 5",
    ] {
        let file = File::with_orders(&ORDERS);
        // The start looks at the newest chain alone, and this one is not the program's.
        let rows = format!(
            "{change}; UPDATE onward_migrations SET chain = replace(chain, 'a', 'b') WHERE version = 5"
        );
        file.conn().execute_batch(&rows).unwrap();
        let error = file.refused(&ORDERS);
        let ErrorKind::Tampered { conflicts, .. } = error.kind() else { panic!("{change}: {error}") };
        assert!(conflicts.iter().any(|conflict| matches!(conflict, Conflict::Tampered { .. })), "{error}");
        reads(&error, &file.path(), &["changed by hand", "help: restore the rows of `onward_migrations`"]);
        assert!(ORDERS.status(&file.conn()).unwrap().to_string().contains("changed by hand in the ledger"));
    }
}

#[test]
fn the_ledger_is_something_else() {
    const ENDLESS: &str = "CREATE VIEW onward_migrations AS WITH RECURSIVE up(version) AS
        (SELECT 1 UNION ALL SELECT version + 1 FROM up)
        SELECT version, 'a' AS name, 'b' AS checksum, 'c' AS chain, 'd' AS applied_at, version AS rowid FROM up";
    for (sql, found) in [
        (ENDLESS, "is a view"),
        ("CREATE TABLE t(a); CREATE INDEX onward_migrations ON t(a)", "is an index"),
        (
            "CREATE VIRTUAL TABLE onward_migrations USING fts5(version, name, checksum, chain, applied_at)",
            "is a virtual table",
        ),
        ("CREATE TABLE onward_migrations(id)", "is a table without a column `version`"),
        ("CREATE TABLE Onward_Migrations(version, name, checksum)", "is a table without a column `chain`"),
        (
            "CREATE TABLE onward_migrations(version INTEGER PRIMARY KEY, name, checksum, applied_at,
                                            chain AS (hex(zeroblob(1000))));
             INSERT INTO onward_migrations VALUES (5, 'a', 'b', 'c')",
            "is a table that computes its column `chain`",
        ),
        (
            "CREATE TABLE onward_migrations(version, name, checksum, chain, applied_at);
             INSERT INTO onward_migrations VALUES ('one', 'a', 'b', 'c', 'd')",
            "is a table with a value of type Text in its column `version`",
        ),
    ] {
        let file = File::new();
        file.conn().execute_batch(sql).unwrap();
        let error = file.refused(&ORDERS);
        assert!(matches!(error.kind(), ErrorKind::NotALedger { .. }), "{sql}: {error}");
        reads(&error, &file.path(), &["`onward_migrations` ", found, "nothing was changed"]);
        let conn = file.conn();
        for error in [
            ORDERS.migrator().adopt(onward::Adopt::Exact).open(file.path()).map(drop).unwrap_err(),
            ORDERS.status(&conn).unwrap_err(),
            ORDERS.verify(&conn).unwrap_err(),
            ORDERS.rehearse(&conn).unwrap_err(),
            ORDERS.migrator().revert(&mut file.conn(), 1).unwrap_err(),
        ] {
            assert!(matches!(error.kind(), ErrorKind::NotALedger { .. }), "{sql}: {error}");
        }
    }
}

/// What is not written down would run at every start.
#[test]
fn a_ledger_that_keeps_nothing_is_refused() {
    const DOWNS: Migrations = migrations!("histories/downs");
    let trigger = |event| {
        format!("CREATE TRIGGER quiet BEFORE {event} ON onward_migrations BEGIN SELECT raise(ignore); END")
    };
    let file = File::with_orders(&FIRST);
    file.conn().execute_batch(&trigger("INSERT")).unwrap();
    for _ in 0..2 {
        let error = file.refused(&ORDERS);
        assert!(
            matches!(error.kind(), ErrorKind::LedgerNotWritten { triggers, .. } if triggers == &["quiet"]),
            "{error}"
        );
        reads(
            &error,
            &file.path(),
            &["because it has triggers: `quiet`", "nothing was changed", "help: drop these triggers"],
        );
    }
    assert!(matches!(
        ORDERS.rehearse(&file.conn()).map_err(Error::into_kind),
        Err(ErrorKind::LedgerNotWritten { .. })
    ));
    file.conn().execute_batch("DROP TRIGGER quiet").unwrap();
    assert_eq!(ORDERS.apply(&mut file.conn()).unwrap().applied.len(), 2);

    // What changes a row that has been written is no better.
    for sql in [
        "UPDATE onward_migrations SET chain = NULL",
        "UPDATE onward_migrations SET checksum = 'a' WHERE version = new.version",
        "DELETE FROM onward_migrations WHERE version < new.version",
    ] {
        let file = File::with_orders(&FIRST);
        let trigger = format!("CREATE TRIGGER t AFTER INSERT ON onward_migrations BEGIN {sql}; END");
        file.conn().execute_batch(&trigger).unwrap();
        let error = file.refused(&ORDERS);
        let is_told = matches!(error.kind(), ErrorKind::LedgerNotWritten { .. })
            || error.to_string().contains("NOT NULL constraint failed");
        assert!(is_told, "{sql}: {error}");
    }

    // On the way back it would count as run, and is not there.
    let file = File::new();
    DOWNS.open(file.path()).unwrap().execute_batch(&trigger("DELETE")).unwrap();
    let before = file.bytes();
    let error = DOWNS.migrator().revert(&mut file.conn(), 1).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::LedgerNotWritten { .. }) && file.bytes() == before, "{error}");
    // A trigger that keeps nothing away is nobody's business.
    file.conn().execute_batch("DROP TRIGGER quiet; CREATE TABLE log(a)").unwrap();
    let log = "CREATE TRIGGER log_it AFTER DELETE ON onward_migrations BEGIN INSERT INTO log VALUES (1); END";
    file.conn().execute_batch(log).unwrap();
    DOWNS.migrator().revert(&mut file.conn(), 1).unwrap();
}

#[test]
fn an_authorizer_that_ignores_the_ledger_is_refused() {
    let old = File::with_orders(&FIRST);
    let new = File::new();
    for file in [&old, &new] {
        for ignored in ["insert", "select"] {
            // Up to rusqlite 0.37 the hooks need no `mut` for this.
            let mut conn = file.conn();
            let before = (file.bytes(), objects(&conn));
            let ignore = move |context: AuthContext<'_>| match context.action {
                AuthAction::Insert { table_name: "onward_migrations" } if ignored == "insert" => {
                    Authorization::Ignore
                }
                AuthAction::Select if ignored == "select" => Authorization::Ignore,
                _ => Authorization::Allow,
            };
            let _ = conn.authorizer(Some(ignore));
            let error = ORDERS.apply(&mut conn).unwrap_err();
            if ignored == "insert" {
                assert!(
                    matches!(error.kind(), ErrorKind::LedgerNotWritten { triggers, .. } if triggers.is_empty()),
                    "{error}"
                );
                reads(
                    &error,
                    &file.path(),
                    &["nothing was changed", "help: the connection probably has an authorizer"],
                );
            }
            drop(conn);
            assert_eq!((file.bytes(), objects(&file.conn())), before, "{ignored}: {error}");
        }
    }
}

/// What denies in the middle of a rebuild takes nothing with it.
#[test]
fn an_authorizer_that_denies_changes_nothing() {
    let file = File::with_orders(&FIRST);
    let mut conn = file.conn();
    let before = file.bytes();
    let deny = |context: AuthContext<'_>| match context.action {
        AuthAction::DropTable { .. } => Authorization::Deny,
        _ => Authorization::Allow,
    };
    let _ = conn.authorizer(Some(deny));
    let error = ORDERS.apply(&mut conn).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Statement { .. }), "{error}");
    reads(&error, &file.path(), &["not authorized", "nothing was changed", "migrate without one"]);
    assert!(conn.is_autocommit() && file.bytes() == before);
}

/// How much there is in the schema.
fn objects(conn: &Connection) -> i64 {
    number(conn, "SELECT count(*) FROM sqlite_schema")
}

/// A ledger that somebody has copied without its keys is one.
#[test]
fn a_ledger_that_was_copied_is_read_as_before() {
    let file = File::with_orders(&ORDERS);
    file.conn()
        .execute_batch(
            "CREATE TABLE copy AS SELECT * FROM onward_migrations; DROP TABLE onward_migrations;
             ALTER TABLE copy RENAME TO onward_migrations",
        )
        .unwrap();
    let mut conn = Connection::open_with_flags(file.path(), OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    assert!(ORDERS.apply(&mut conn).unwrap().is_up_to_date());
    assert!(ORDERS.status(&conn).unwrap().is_up_to_date());
}
