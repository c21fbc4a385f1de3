//! `cargo onward database`: an empty database for what reads a schema while it compiles.

use std::fs;

use onward::rusqlite::Connection;
use onward_tests::command::{Place, SAMPLE};
use onward_tests::file::number;

const COMMAND: [&str; 2] = ["database", "target/schema.db"];

fn sample() -> Place {
    let place = Place::with_sample();
    fs::remove_file(place.path("app.db")).unwrap();
    place
}

#[test]
fn it_has_all_migrations_and_is_made_anew_when_they_change() {
    let place = sample();
    let db = place.path("target/schema.db");
    let out = place.onward(&COMMAND).exits(0).out;
    assert_eq!(out, "made target/schema.db with 10 migrations\n");
    let conn = Connection::open(&db).unwrap();
    assert_eq!(SAMPLE.verify(&conn).unwrap(), []);
    assert_eq!(number(&conn, "SELECT count(*) FROM jobs"), 0);
    drop(conn);

    // What is up to date stays: whoever looks at its time has nothing to do.
    let before = (fs::read(&db).unwrap(), fs::metadata(&db).unwrap().modified().unwrap());
    assert_eq!(place.onward(&COMMAND).exits(0).out, "target/schema.db is up to date\n");
    assert!((fs::read(&db).unwrap(), fs::metadata(&db).unwrap().modified().unwrap()) == before);

    // A new one, and one that is not released and edited.
    for text in [
        "CREATE TABLE tags(name TEXT);\n",
        "CREATE TABLE labels(name TEXT);\nINSERT INTO labels VALUES ('a');\n",
    ] {
        place.write("migrations/0011_tags.sql", text);
        place.onward(&COMMAND).exits(0);
        let conn = Connection::open(&db).unwrap();
        assert_eq!(number(&conn, "SELECT count(*) FROM onward_migrations"), 11);
        let name = text.split(['(', ' ']).nth(2).unwrap();
        assert_eq!(number(&conn, &format!("SELECT count(*) FROM sqlite_schema WHERE name = '{name}'")), 1);
    }
    assert_eq!(place.files("target"), ["target/schema.db"]);
}

#[test]
fn nothing_of_somebody_elses_is_replaced() {
    let place = sample();
    place.onward(&COMMAND).exits(0);
    let db = place.path("target/schema.db");
    place.write("migrations/0011_tags.sql", "CREATE TABLE tags(name TEXT);\n");
    let refused = |what: &str| {
        let before = fs::read(&db).unwrap();
        let err = place.onward(&COMMAND).exits(2).err;
        assert!(err.contains(what) && err.contains("nothing was changed"), "{err}");
        assert!(fs::read(&db).unwrap() == before, "{what}");
    };
    // A row, and a row that is gone: somebody works with it.
    let conn = Connection::open(&db).unwrap();
    conn.execute("INSERT INTO jobs(queue, payload) VALUES ('mail', '{}')", []).unwrap();
    refused("may hold what somebody needs");
    conn.execute("DELETE FROM jobs", []).unwrap();
    refused("may hold what somebody needs");
    // A row that only the WAL has.
    drop(conn);
    fs::remove_file(&db).unwrap();
    place.onward(&COMMAND).exits(0);
    place.write("migrations/0012_more.sql", "CREATE TABLE more(name TEXT);\n");
    let conn = Connection::open(&db).unwrap();
    conn.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(())).unwrap();
    conn.execute("INSERT INTO tags VALUES ('a')", []).unwrap();
    refused("schema.db-wal belongs to");
    drop(conn);
    refused("may hold what somebody needs");
    // A program's database, and what is none.
    SAMPLE.open(place.path("app.db")).unwrap();
    fs::copy(place.path("app.db"), &db).unwrap();
    refused("may hold what somebody needs");
    for text in ["", "a text", &"a long text ".repeat(100)] {
        fs::write(&db, text).unwrap();
        refused("may hold what somebody needs");
    }
    fs::remove_file(&db).unwrap();
    fs::create_dir(&db).unwrap();
    let err = place.onward(&COMMAND).exits(2).err;
    assert!(err.contains("is a folder, not a database file") || err.contains("not a database file"), "{err}");
}

/// What SQLite takes for no file would be one of that name.
#[test]
fn a_name_is_that_of_a_file() {
    let place = sample();
    for name in [":memory:", "file:schema.db"] {
        let err = place.onward(&["database", name]).exits(2).err;
        assert!(err.contains("would be no file to SQLite"), "{err}");
        assert!(!place.path(name).exists());
    }
}

/// Whoever has it locked is about to write, with a journal beside it or without.
#[test]
fn what_somebody_has_locked_is_not_replaced() {
    let place = sample();
    place.onward(&COMMAND).exits(0);
    let db = place.path("target/schema.db");
    place.write("migrations/0011_tags.sql", "CREATE TABLE tags(name TEXT);\n");
    for (begin, end, jobs) in [
        ("BEGIN EXCLUSIVE", "ROLLBACK", 0),
        ("BEGIN; SELECT * FROM jobs", "COMMIT", 0),
        ("BEGIN IMMEDIATE; INSERT INTO jobs(queue, payload) VALUES ('mail', '{}')", "COMMIT", 1),
    ] {
        let conn = Connection::open(&db).unwrap();
        conn.query_row("PRAGMA journal_mode = MEMORY", [], |_| Ok(())).unwrap();
        conn.execute_batch(begin).unwrap();
        // To read the file here would take the lock away: see https://www.sqlite.org/howtocorrupt.html.
        let err = place.onward(&COMMAND).exits(2).err;
        assert!(err.contains("schema.db: database is locked; nothing was changed"), "{begin}: {err}");
        conn.execute_batch(end).unwrap();
        let there = Connection::open(&db).unwrap();
        assert_eq!(number(&there, "SELECT count(*) FROM jobs"), jobs, "{begin}");
        assert_eq!(number(&there, "SELECT count(*) FROM sqlite_schema WHERE name = 'tags'"), 0, "{begin}");
    }
    assert_eq!(place.files("target"), ["target/schema.db"]);
}

/// Each replaces what the others have made, or finds it done.
#[test]
fn several_at_once_make_one() {
    let place = sample();
    place.onward(&COMMAND).exits(0);
    place.write("migrations/0011_tags.sql", "CREATE TABLE tags(name TEXT);\n");
    std::thread::scope(|scope| {
        let all: Vec<_> = (0..4).map(|_| scope.spawn(|| place.onward(&COMMAND))).collect();
        for one in all {
            one.join().unwrap().exits(0);
        }
    });
    let conn = Connection::open(place.path("target/schema.db")).unwrap();
    assert_eq!(number(&conn, "SELECT count(*) FROM onward_migrations"), 11);
    drop(conn);
    assert_eq!(place.files("target"), ["target/schema.db"]);
}

/// A journal without its database, which SQLite would play back into the new one.
#[test]
fn what_belongs_to_a_database_that_is_gone_is_left() {
    let place = sample();
    place.write("target/schema.db-journal", "somebody's");
    let err = place.onward(&COMMAND).exits(2).err;
    assert!(err.contains("schema.db-journal is there without its database"), "{err}");
    assert_eq!(place.files("target"), ["target/schema.db-journal"]);
}

#[test]
fn a_history_with_errors_makes_none() {
    let place = sample();
    place.write("migrations/0011_bad.sql", "CREATE INDEX i ON missing(a);\n");
    place.onward(&COMMAND).exits(1);
    assert!(!place.path("target/schema.db").exists());
}

/// A link leads to the file that is replaced, and stays.
#[cfg(unix)]
#[test]
fn a_link_stays_one() {
    let place = sample();
    place.onward(&["database", "real.db"]).exits(0);
    std::os::unix::fs::symlink("real.db", place.path("linked.db")).unwrap();
    place.write("migrations/0011_tags.sql", "CREATE TABLE tags(name TEXT);\n");
    place.onward(&["database", "linked.db"]).exits(0);
    assert!(fs::symlink_metadata(place.path("linked.db")).unwrap().is_symlink());
    let conn = Connection::open(place.path("real.db")).unwrap();
    assert_eq!(number(&conn, "SELECT count(*) FROM onward_migrations"), 11);
}
