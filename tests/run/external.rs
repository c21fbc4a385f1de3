//! Tables that others make: `[external]` in `onward.toml`.

use std::rc::Rc;

use onward::prelude::*;
use onward::rusqlite::Connection;
use onward::rusqlite::types::Value;
use onward::{Adopt, ErrorKind};
use onward_tests::command::Place;
use onward_tests::file::{File, number};
use rusqlite::vtab::{array, series};

static JOBS: Migrations = migrations!("histories/external");

/// What the other history has made.
const OTHERS: &str = "
    CREATE TABLE accounts_migrations(version INTEGER PRIMARY KEY);
    CREATE TABLE users(id INTEGER PRIMARY KEY, email TEXT NOT NULL, name TEXT);
    CREATE INDEX users_by_email ON users(email);
    CREATE TRIGGER users_named AFTER INSERT ON users BEGIN UPDATE users SET name = email WHERE id = new.id; END;
    INSERT INTO users(email) VALUES ('ada@example.org');";

fn with_others() -> File {
    let file = File::new();
    file.conn().execute_batch(OTHERS).unwrap();
    file
}

#[test]
fn they_are_no_strangers() {
    let file = with_others();
    let status = JOBS.status(&file.conn()).unwrap();
    assert!(status.strangers.is_empty(), "{status}");
    assert_eq!(JOBS.verify(&file.conn()).unwrap(), []);
    let (mut conn, report) =
        JOBS.migrator().backup(file.folder().join("before.db")).open(file.path()).unwrap();
    assert_eq!(report.applied.len(), 2);
    // There was something to lose.
    assert_eq!(number(&Connection::open(report.backup.unwrap()).unwrap(), "SELECT count(*) FROM users"), 1);
    assert!(JOBS.apply(&mut conn).unwrap().is_up_to_date());
    assert_eq!(JOBS.verify(&conn).unwrap(), []);
    conn.execute_batch("INSERT INTO jobs(owner) VALUES (1); DELETE FROM users").unwrap();
    assert_eq!(number(&conn, "SELECT count(*) FROM jobs"), 0);
}

#[test]
fn a_stranger_is_still_one() {
    let file = with_others();
    file.conn().execute_batch("CREATE TABLE notes(id)").unwrap();
    let error = JOBS.apply(&mut file.conn()).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::NoLedger { tables, .. } if *tables == ["notes"]), "{error}");
}

#[test]
fn they_are_not_looked_at() {
    let file = with_others();
    let conn = &mut file.conn();
    JOBS.migrator().target(1).apply(conn).unwrap();
    // They change as they like.
    conn.execute_batch("ALTER TABLE users ADD COLUMN phone TEXT; DROP INDEX users_by_email").unwrap();
    JOBS.apply(conn).unwrap();
    assert_eq!(JOBS.verify(conn).unwrap(), []);
    conn.execute_batch("ALTER TABLE users RENAME COLUMN name TO full_name").unwrap();
    assert_eq!(JOBS.verify(conn).unwrap(), []);
    conn.execute_batch("DROP VIEW owners").unwrap();
    assert_eq!(JOBS.verify(conn).unwrap().len(), 1);
}

#[test]
fn foreign_keys_that_dangled_before_are_not_ours() {
    let file = with_others();
    let orphan = "CREATE TABLE accounts_log(user REFERENCES users(id)); INSERT INTO accounts_log VALUES (7);";
    let sql = format!("{orphan} ALTER TABLE accounts_migrations ADD COLUMN parent REFERENCES users(id); DROP TABLE accounts_log;
        INSERT INTO accounts_migrations(version, parent) VALUES (1, 99);");
    file.conn().execute_batch(&format!("PRAGMA foreign_keys = OFF; {sql}")).unwrap();
    assert_eq!(JOBS.apply(&mut file.conn()).unwrap().applied.len(), 2);
}

#[test]
fn a_database_is_taken_over_beside_them() {
    for how in [Adopt::Exact, Adopt::Reconcile] {
        let file = with_others();
        file.conn().execute_batch(JOBS.list().get(0).unwrap().sql()).unwrap();
        let report = JOBS.migrator().adopt(how).apply(&mut file.conn()).unwrap();
        assert_eq!((report.adopted, report.applied.len()), (1, 1));
    }
    // Grown by hand: the view is there, the trigger is not.
    let file = with_others();
    let view = JOBS.list().get(1).unwrap().sql().split_once("END;").unwrap().1;
    file.conn().execute_batch(&format!("{}{view}", JOBS.list().get(0).unwrap().sql())).unwrap();
    JOBS.migrator().adopt(Adopt::Reconcile).apply(&mut file.conn()).unwrap();
    assert_eq!(JOBS.verify(&file.conn()).unwrap(), []);
}

#[test]
fn the_application_can_speak_of_them() {
    #[derive(Debug, Row)]
    #[onward(table = "users", migrations = "histories/external")]
    struct User {
        id: i64,
        email: String,
    }
    let file = with_others();
    let mut conn = file.conn();
    JOBS.apply(&mut conn).unwrap();
    conn.execute_batch(
        "CREATE TEMP TABLE batch(job INTEGER NOT NULL); INSERT INTO batch VALUES (3);
         ATTACH ':memory:' AS archive; CREATE TABLE archive.jobs(id INTEGER PRIMARY KEY, note TEXT);
         INSERT INTO archive.jobs(id) VALUES (1);",
    )
    .unwrap();
    let user =
        query_as!(User, migrations = "histories/external", "SELECT id, email FROM users").one(&conn).unwrap();
    assert_eq!((user.id, user.email.as_str()), (1, "ada@example.org"));
    let batch = query_scalar!(migrations = "histories/external", "SELECT job FROM batch").one(&conn).unwrap();
    assert_eq!(batch, 3);
    let archived =
        query!(migrations = "histories/external", "SELECT id, note FROM archive.jobs").one(&conn).unwrap();
    assert_eq!((archived.id, archived.note), (1, None::<String>));
    sql!(
        migrations = "histories/external",
        "DELETE FROM temp.batch WHERE job IN (SELECT id FROM archive.jobs)"
    );
}

#[test]
fn so_can_it_of_functions_with_rows() {
    let file = with_others();
    let mut conn = file.conn();
    JOBS.apply(&mut conn).unwrap();
    conn.execute_batch("INSERT INTO jobs(owner) VALUES (1), (1), (1)").unwrap();
    array::load_module(&conn).unwrap();
    series::load_module(&conn).unwrap();
    // A virtual table can be called as well; what it is called with is searched for.
    conn.execute_batch(
        "CREATE VIRTUAL TABLE temp.split USING fts5(value, place UNINDEXED);
         INSERT INTO split VALUES ('one two', 1), ('two three', NULL);",
    )
    .unwrap();
    let most = 3;
    let days =
        query_scalar!(migrations = "histories/external", "SELECT value FROM generate_series(1, :most)");
    assert_eq!(days.all(&conn).unwrap(), [1, 2, 3]);
    let rows = query!(
        migrations = "histories/external",
        "SELECT jobs.id, day.value AS day, other.value AS other
         FROM jobs JOIN generate_series(jobs.id, 3) AS day LEFT JOIN generate_series(10, 9) AS other ORDER BY 1, 2"
    );
    let rows: Vec<(i64, i64, Option<i64>)> =
        rows.all(&conn).unwrap().into_iter().map(|row| (row.id, row.day, row.other)).collect();
    assert_eq!(rows.len(), 6);
    assert_eq!(rows[0], (1, 1, None));
    let ids = Rc::new(vec![Value::Integer(1), Value::Integer(3), Value::Integer(7)]);
    let found =
        query_scalar!(migrations = "histories/external", "SELECT id FROM jobs WHERE id IN rarray(?)", ids);
    assert_eq!(found.all(&conn).unwrap(), [1, 3]);
    let all =
        query_scalar!(migrations = "histories/external", "SELECT value FROM rarray(?) ORDER BY 1 DESC", ids);
    assert_eq!(all.one(&conn).unwrap(), 7);
    let word = "two";
    let parts = query!(migrations = "histories/external", "SELECT * FROM split(?) ORDER BY place", word);
    let parts: Vec<(String, Option<i64>)> =
        parts.all(&conn).unwrap().into_iter().map(|part| (part.value, part.place)).collect();
    assert_eq!(parts, [("two three".to_owned(), None), ("one two".to_owned(), Some(1))]);
}

#[test]
fn structs_stand_for_tables_outside_of_the_database() {
    #[derive(Debug, PartialEq, Row)]
    #[onward(table = "archive.jobs", migrations = "histories/external")]
    struct Archived {
        id: i64,
        note: Option<String>,
    }
    #[derive(Row)]
    #[onward(table = "batch", migrations = "histories/external")]
    struct Batch {
        job: i64,
    }
    let file = with_others();
    let mut conn = file.conn();
    JOBS.apply(&mut conn).unwrap();
    conn.execute_batch(
        "CREATE TEMP TABLE batch(job INTEGER NOT NULL);
         ATTACH ':memory:' AS archive; CREATE TABLE archive.jobs(id INTEGER PRIMARY KEY, note TEXT);",
    )
    .unwrap();
    let mut archived = Archived { id: 7, note: None };
    archived.insert(&conn).unwrap();
    archived.note = Some("late".into());
    assert!(archived.update(&conn).unwrap());
    assert_eq!(conn.query_row(Archived::SELECT, [], Archived::from_row).unwrap(), archived);
    assert_eq!((Archived::TABLE, Batch::TABLE), ("archive.jobs", "temp.batch"));
    assert_eq!(number(&conn, "SELECT count(*) FROM main.jobs"), 0);
    Batch { job: 7 }.insert(&conn).unwrap();
    assert_eq!(conn.query_row(Batch::SELECT, [], Batch::from_row).unwrap().job, 7);
}

#[test]
fn the_command_line_knows_them_too() {
    let place = Place::with(&[
        ("migrations/0001_jobs.sql", JOBS.list().get(0).unwrap().sql()),
        ("migrations/0002_owners.sql", JOBS.list().get(1).unwrap().sql()),
    ]);
    Connection::open(place.path("app.db")).unwrap().execute_batch(OTHERS).unwrap();
    let out = place.onward(&["check"]).exits(1).out;
    assert!(out.contains("`[external]` and `users = [\"id\"]`"), "{out}");
    place.write("migrations/onward.toml", "[external]\nusers = ['id', 'email']\naccounts_migrations = []\n");
    place.onward(&["check"]).exits(0);
    for command in ["status", "rehearse", "apply", "status", "verify"] {
        place.onward(&[command, "app.db"]).exits(0);
    }
}
