//! Tables that others make: `[external]` in `onward.toml`.

use onward::rusqlite::Connection;
use onward::{Adopt, ErrorKind, Migrations, Row, migrations, query, query_as, query_scalar, sql};
use onward_tests::command::Place;
use onward_tests::file::{File, number};

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
