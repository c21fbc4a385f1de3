//! What is handed around is what there is.

use super::*;
use crate::config::Config;
use crate::sqlite::sandbox::Sandbox;

#[test]
fn one_by_one_or_all_at_once_it_is_the_same() {
    let conn = Connection::open_in_memory().unwrap();
    conn.execute_batch(
        "CREATE TABLE T(a); CREATE TABLE u(a REFERENCES t); CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END;
         CREATE TRIGGER h AFTER DELETE ON T BEGIN SELECT 2; END; CREATE VIEW v AS SELECT 1 AS a;
         CREATE TRIGGER i INSTEAD OF INSERT ON v BEGIN SELECT 3; END; CREATE INDEX x ON t(a);",
    )
    .unwrap();
    let names = ["t", "U", "v", "x", "none", "T", "u", "V", "X", "None"];
    let mut catalogue = Catalogue::default();
    let found = names.map(|name| {
        let known = catalogue.known(&conn, name).unwrap();
        let table = known.table.as_ref().map(|(name, _)| name.clone());
        let keys = catalogue.foreign_keys(&conn, name).unwrap().len();
        (table, known.triggers.len(), known.indexes.len(), keys)
    });
    assert!(catalogue.all.is_some());
    let table = |name: &str| Some(name.to_owned());
    let once =
        [(table("T"), 2, 1, 0), (table("u"), 0, 0, 1), (None, 1, 0, 0), (None, 0, 0, 0), (None, 0, 0, 0)];
    assert_eq!(found, [once.clone(), once].concat()[..]);
    for mut catalogue in [catalogue, Catalogue::default()] {
        assert_eq!(catalogue.tables(&conn, "").unwrap(), ["t", "u"]);
        assert_eq!(catalogue.tables(&conn, "References").unwrap(), ["u"]);
    }
}

const SCHEMA: &str = "CREATE TABLE p(id INTEGER PRIMARY KEY);
    CREATE TABLE t(a TEXT, c, p INTEGER REFERENCES p(id) DEFERRABLE INITIALLY DEFERRED, UNIQUE (a));
    CREATE TABLE l(a UNIQUE ON CONFLICT ROLLBACK); INSERT INTO l VALUES (1);
    CREATE TABLE r(a); CREATE TRIGGER r_no BEFORE INSERT ON r BEGIN SELECT raise(ROLLBACK, 'no'); END;";

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::open(&Config::default()).unwrap();
    sandbox.conn().execute_batch(SCHEMA).unwrap();
    sandbox.commit().unwrap();
    sandbox
}

/// All that is said of `t`, and of which tables there are.
fn told(sandbox: &Sandbox) -> String {
    let known = sandbox.known("t").unwrap();
    format!(
        "{:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?}",
        known.table,
        known.triggers,
        known.indexes,
        sandbox.columns("T").unwrap(),
        sandbox.keys("t").unwrap(),
        sandbox.model("t").unwrap(),
        sandbox.tables("").unwrap(),
        sandbox.tables("references").unwrap()
    )
}

/// The same, by one who has never asked before.
fn asked(conn: &Connection) -> String {
    let mut catalogue = Catalogue::default();
    let known = catalogue.known(conn, "t").unwrap();
    format!(
        "{:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?}",
        known.table,
        known.triggers,
        known.indexes,
        catalogue.columns(conn, "T").unwrap(),
        catalogue.foreign_keys(conn, "t").unwrap(),
        catalogue.model(conn, "t").unwrap(),
        catalogue.tables(conn, "").unwrap(),
        catalogue.tables(conn, "references").unwrap()
    )
}

const CHANGES: [&str; 17] = [
    "ALTER TABLE t ADD COLUMN b NOT NULL DEFAULT 1",
    "ALTER TABLE t DROP COLUMN c",
    "ALTER TABLE t RENAME COLUMN a TO b",
    "ALTER TABLE t RENAME TO u",
    "ALTER TABLE p RENAME TO q",
    "DROP TABLE t",
    "DROP TABLE t; CREATE TABLE t(a INTEGER PRIMARY KEY)",
    "DROP TABLE t; CREATE VIEW t AS SELECT 1 AS z",
    "DROP TABLE t; CREATE VIRTUAL TABLE t USING fts5(z)",
    "CREATE INDEX i ON t(p)",
    "CREATE UNIQUE INDEX i ON t(p)",
    "CREATE TRIGGER g BEFORE INSERT ON t WHEN new.a = 'x' BEGIN SELECT raise(ABORT, 'no'); END",
    "CREATE TABLE n(t REFERENCES t(a) ON DELETE CASCADE)",
    "CREATE TABLE n AS SELECT * FROM t",
    "CREATE VIRTUAL TABLE n USING rtree(id, low, high)",
    "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = 'CREATE TABLE t(z)' WHERE name = 't';
     DELETE FROM sqlite_schema WHERE name LIKE 'sqlite_autoindex_t%'; PRAGMA writable_schema = RESET",
    "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, 'a TEXT', 'z TEXT') WHERE name = 't';
     PRAGMA schema_version = 1000",
];

#[test]
fn a_schema_that_was_another_is_never_believed() {
    for change in CHANGES {
        let other = sandbox();
        let before = told(&other);
        // As a migration does it, and as the replay itself does.
        if !change.contains("PRAGMA") && !change.contains(';') {
            let sandbox = sandbox();
            assert_eq!(told(&sandbox), before);
            sandbox.run(change, false).unwrap();
            assert_eq!(told(&sandbox), asked(sandbox.conn()), "{change}");
        }
        other.conn().execute_batch(change).unwrap();
        let after = told(&other);
        assert_eq!(after, asked(other.conn()), "{change}");
        assert_ne!(after, before, "{change}");
        // What has run is taken back.
        let back: [&dyn Fn(&Sandbox); 5] = [
            &|sandbox| sandbox.conn().execute_batch("ROLLBACK TO s; RELEASE s").unwrap(),
            &|sandbox| sandbox.conn().execute_batch("ROLLBACK; BEGIN EXCLUSIVE").unwrap(),
            &|sandbox| drop(sandbox.run("INSERT INTO l VALUES (1)", false).unwrap_err()),
            &|sandbox| drop(sandbox.write("INSERT INTO r VALUES (1)", &[]).unwrap_err()),
            &|sandbox| {
                let write = || sandbox.write("INSERT INTO r VALUES (1)", &[]);
                drop(sandbox.filling(write).unwrap_err());
                sandbox.conn().execute_batch("BEGIN EXCLUSIVE").unwrap();
            },
        ];
        for (number, back) in back.into_iter().enumerate() {
            let sandbox = sandbox();
            sandbox.conn().execute_batch("SAVEPOINT s").unwrap();
            sandbox.conn().execute_batch(change).unwrap();
            assert_eq!(told(&sandbox), after, "{change} {number}");
            back(&sandbox);
            assert_eq!(told(&sandbox), asked(sandbox.conn()), "{change} {number}");
            if sandbox.is_lost() {
                sandbox.conn().execute_batch("BEGIN EXCLUSIVE").unwrap();
            }
            assert_eq!(told(&sandbox), asked(sandbox.conn()), "{change} {number}");
            // SQLite does not read the schema again where it was written to as if it were a table.
            assert!(told(&sandbox) == before || change.contains("writable_schema"), "{change} {number}");
            // The same number of changes as before, and others.
            sandbox.conn().execute_batch("CREATE TABLE other(a REFERENCES p)").unwrap();
            assert_eq!(told(&sandbox), asked(sandbox.conn()), "{change} {number}");
        }
    }
}

#[test]
fn a_commit_that_fails_brings_back_what_was() {
    let sandbox = sandbox();
    let before = told(&sandbox);
    sandbox.foreign_keys(true).unwrap();
    sandbox.conn().execute_batch("ALTER TABLE t ADD COLUMN b; INSERT INTO t(p) VALUES (7)").unwrap();
    assert_ne!(told(&sandbox), before);
    sandbox.commit().unwrap_err();
    assert_eq!(told(&sandbox), before);
}

#[test]
fn while_the_schema_stays_as_it_is_a_table_is_read_once() {
    let sandbox = sandbox();
    let model = |sandbox: &Sandbox| sandbox.model("T").unwrap().unwrap();
    let first = model(&sandbox);
    let is_first = |sandbox: &Sandbox| Arc::ptr_eq(&first, &model(sandbox));
    sandbox.write("INSERT INTO t(a) VALUES ('a')", &[]).unwrap();
    sandbox.read("SELECT count(*) FROM t JOIN p").unwrap();
    sandbox.run("UPDATE t SET a = 'b'", false).unwrap();
    sandbox.filling(|| sandbox.write("DELETE FROM t", &[])).unwrap();
    sandbox.commit().unwrap();
    assert!(is_first(&sandbox));
    sandbox.run("CREATE TABLE n(a)", false).unwrap();
    assert!(!is_first(&sandbox));
}
