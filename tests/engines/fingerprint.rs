//! The quickstart's history leaves the same schema wherever it runs.

use onward::rusqlite::Connection;
use onward_batch::{Engine, Value};
use onward_schema::Fingerprint;
use onward_tests::command::Place;

use crate::servers::{Process, libsql, rqlite};

/// Of everything but the ledger, in which engines have a column of their own.
fn fingerprint(conn: &Connection) -> Fingerprint {
    let names = "SELECT lower(name) FROM sqlite_schema WHERE tbl_name <> 'onward_migrations' ORDER BY 1";
    let mut query = conn.prepare(names).unwrap();
    let names: Vec<String> =
        query.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap();
    assert!(names.len() > 5, "{names:?}");
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    Fingerprint::read(conn, Some(&names)).unwrap()
}

/// The engine's schema, made again.
fn in_memory<E: Engine>(process: &Process<E>) -> Connection {
    let conn = Connection::open_in_memory().unwrap();
    for row in process.rows(
        "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite%' ORDER BY rowid",
    ) {
        let [Value::Text(sql)] = &row[..] else { panic!("{row:?}") };
        conn.execute_batch(sql).unwrap();
    }
    conn
}

fn has_the_fingerprint_of_the_file<E: Engine>(process: &Process<E>) {
    let place = Place::with_sample();
    let file = fingerprint(&Connection::open(place.path("app.db")).unwrap());
    process.onward(&place, "apply", &[]).exits(0);
    assert_eq!(fingerprint(&in_memory(process)), file);
    // It tells schemas apart.
    process.execute("CREATE INDEX one_more ON jobs(queue)");
    assert_ne!(fingerprint(&in_memory(process)), file);
}

#[test]
fn rqlite_has_that_of_a_file() {
    let Some(process) = rqlite() else { return };
    has_the_fingerprint_of_the_file(&process);
}

#[test]
fn libsql_has_that_of_a_file() {
    let Some(process) = libsql() else { return };
    has_the_fingerprint_of_the_file(&process);
}
