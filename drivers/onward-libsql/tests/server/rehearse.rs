//! A copy of the server's rows, and what is pending on it.

use std::time::Duration;

use onward::rusqlite::backup::Backup;
use onward::rusqlite::types::Value;
use onward::rusqlite::{self, Connection};
use onward_batch::Engine;
use onward_libsql::Failure;
use serde_json::{Value as Json, json};

use crate::histories::program;
use crate::process::Process;

/// What `/dump` of the server gets wrong, or breaks off at.
const UNUSUAL: [&str; 22] = [
    "CREATE TABLE numbers(id INTEGER PRIMARY KEY, n)",
    "INSERT INTO numbers(n) VALUES (1.0), (0.1), (1e300), (1.7976931348623157e308), (5.3e-300), (0.30000000000000004), (9223372036854775807), (NULL), (x'00ff'), (x'')",
    r#"CREATE TABLE "a ""quoted"" one"("c ol" TEXT, "order")"#,
    r#"INSERT INTO "a ""quoted"" one" VALUES ('é' || char(0, 10, 13) || '''\n', 1)"#,
    "CREATE TABLE counted(id INTEGER PRIMARY KEY AUTOINCREMENT)",
    "INSERT INTO counted DEFAULT VALUES",
    "DELETE FROM counted",
    "CREATE TABLE named(rowid TEXT, v)",
    "INSERT INTO named(oid, rowid, v) VALUES (77, 'z', 1)",
    "CREATE TABLE worked_out(a, b INT GENERATED ALWAYS AS (a + 1) STORED, c INT GENERATED ALWAYS AS (a + 2) VIRTUAL)",
    "INSERT INTO worked_out(a) VALUES (3)",
    "CREATE TABLE keyed(a TEXT PRIMARY KEY, b) WITHOUT ROWID",
    "INSERT INTO keyed VALUES ('x', 1)",
    "CREATE VIRTUAL TABLE words USING fts5(word)",
    "INSERT INTO words VALUES ('one two'), ('three')",
    "CREATE VIRTUAL TABLE boxes USING rtree(id, low, high)",
    "INSERT INTO boxes VALUES (1, 2, 3)",
    "CREATE TABLE children(parent REFERENCES numbers(id) ON DELETE CASCADE, other)",
    "INSERT INTO children(parent) VALUES (1), (2)",
    "CREATE VIEW all_of_them AS SELECT * FROM counted, numbers",
    "CREATE TRIGGER empties AFTER INSERT ON keyed BEGIN DELETE FROM numbers; END",
    "PRAGMA user_version = 7",
];

#[test]
fn a_copy_has_every_row_as_it_is() {
    let Some(process) = Process::start() else { return };
    for statement in UNUSUAL {
        process.rows(statement);
    }
    let mut copy = Connection::open("").unwrap();
    process.server().copy(&mut copy, Duration::from_secs(60)).unwrap();
    for query in [
        "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name",
        "SELECT id, typeof(n), iif(typeof(n) = 'blob', hex(n), n) FROM numbers",
        r#"SELECT hex("c ol"), "order" FROM "a ""quoted"" one""#,
        "SELECT name, seq FROM sqlite_sequence",
        "SELECT oid, rowid, v FROM named",
        "SELECT a, b, c FROM worked_out",
        "SELECT a, b FROM keyed",
        "SELECT parent, other FROM children",
        "PRAGMA user_version",
    ] {
        let rows = local(&copy, query);
        assert_eq!(process.rows(query), rows, "{query}");
        assert_ne!(rows, json!([]), "{query}");
    }
    // Whoever reads the copy is another connection: what a virtual table remembers is of before it was filled.
    let mut again = Connection::open_in_memory().unwrap();
    Backup::new(&copy, &mut again).unwrap().run_to_completion(100, Duration::ZERO, None).unwrap();
    assert_eq!(
        local(&again, "SELECT rowid, word FROM words WHERE words MATCH 'two'"),
        json!([["1", "one two"]])
    );
    assert_eq!(local(&again, "SELECT id, low, high FROM boxes WHERE low > 1"), json!([["1", 2.0, 3.0]]));
    assert_eq!(local(&again, "SELECT * FROM pragma_integrity_check"), json!([["ok"]]));
}

/// As [`Process::rows`] has them.
fn local(conn: &Connection, sql: &str) -> Json {
    let mut query = conn.prepare(sql).unwrap();
    let columns = query.column_count();
    let value = |row: &rusqlite::Row<'_>, column| {
        Ok(match row.get(column)? {
            Value::Null => Json::Null,
            Value::Integer(number) => json!(number.to_string()),
            Value::Real(number) => json!(number),
            Value::Text(text) => json!(text),
            Value::Blob(blob) => json!(blob),
        })
    };
    let rows = query.query_map([], |row| (0..columns).map(|column| value(row, column)).collect());
    rows.unwrap().collect::<rusqlite::Result<Vec<Json>>>().unwrap().into()
}

#[test]
fn what_cannot_be_copied_is_said() {
    let Some(process) = Process::start() else { return };
    process.rows("CREATE TABLE numbers(n)");
    process.rows("INSERT INTO numbers VALUES (9e999)");
    let copy = |process: &Process| {
        process.server().copy(&mut Connection::open("").unwrap(), Duration::from_secs(60)).unwrap_err()
    };
    let failure = copy(&process);
    assert!(matches!(&failure, Failure::Denied { message } if message.contains("infinite")), "{failure:?}");
    // Its server does not end the answer.
    process.rows("UPDATE numbers SET n = CAST(x'ff' AS TEXT)");
    let failure = copy(&process);
    assert!(
        matches!(&failure, Failure::Unreachable { message } if message.contains("break off")),
        "{failure:?}"
    );
}

#[test]
fn a_rehearsal_shows_what_a_file_shows() {
    let Some(process) = Process::start() else { return };
    let tables = "CREATE TABLE parents(id INTEGER PRIMARY KEY, name TEXT);
        CREATE TABLE children(parent REFERENCES parents(id) ON DELETE CASCADE);";
    let removed = "-- onward: allow(dangling_foreign_key) there are none\nDELETE FROM parents WHERE id > 1;";
    let (first, both) = (program(&[tables]), program(&[tables, removed]));
    process.server().apply(&first).unwrap();
    let mut file = Connection::open_in_memory().unwrap();
    first.apply(&mut file).unwrap();
    for row in ["INSERT INTO parents VALUES (1, 'Ada'), (2, 'Bea')", "INSERT INTO children VALUES (1), (2)"] {
        process.rows(row);
        file.execute(row, []).unwrap();
    }
    let (shown, rehearsal) = (both.rehearse(&file).unwrap(), process.server().rehearse(&both).unwrap());
    assert_eq!((&rehearsal.rows, &rehearsal.violations), (&shown.rows, &shown.violations), "{rehearsal}");
    assert_eq!((rehearsal.applied.len(), rehearsal.violation_count), (1, 1));
    assert_eq!(process.rows("SELECT count(*) FROM parents"), json!([["2"]]));
    assert_eq!(process.server().status(&both).unwrap().pending(), 1);
}
