//! `cargo onward lock`, and what a lock is for.

use std::fs;

use onward_tests::command::Place;

#[test]
fn lock_writes_once_and_check_compares() {
    let place = Place::with(&[("migrations/0001_notes.sql", "CREATE TABLE notes (body TEXT);\n")]);
    place.onward(&["lock", "--check"]).exits(1);
    assert_eq!(place.files("migrations").len(), 1, "`--check` writes nothing");

    let ran = place.onward(&["lock"]).exits(0);
    assert!(ran.out.starts_with("locked 1 migration in "), "{}", ran.out);
    assert_eq!(place.files("migrations"), ["migrations/0001_notes.sql", "migrations/onward.lock"]);
    let text = place.read("migrations/onward.lock");
    assert!(text.contains("[[migration]]\nversion = 1\nfile = \"0001_notes.sql\"\nchecksum = \""), "{text}");

    // Again: nothing to do, and nothing is written.
    let modified = || fs::metadata(place.path("migrations/onward.lock")).unwrap().modified().unwrap();
    let before = modified();
    let ran = place.onward(&["lock"]).exits(0);
    assert!(ran.out.starts_with("1 migration, all locked in "), "{}", ran.out);
    assert_eq!((place.read("migrations/onward.lock"), modified()), (text.clone(), before));
    place.onward(&["lock", "--check"]).exits(0);

    // A new migration is fine to build with, and not released before it is locked.
    place.write("migrations/0002_tags.sql", "CREATE TABLE tags (name TEXT);\n");
    place.onward(&["check"]).exits(0);
    let ran = place.onward(&["lock", "--check"]).exits(1);
    assert!(ran.err.contains("run `cargo onward lock`"), "{}", ran.err);
    assert_eq!(place.read("migrations/onward.lock"), text);
    place.onward(&["lock"]).exits(0);
    place.onward(&["lock", "--check"]).exits(0);
    assert!(place.read("migrations/onward.lock").starts_with(&text), "what was locked stays as it was");
}

/// Whoever is told that it is written finds it written, however many write at once.
#[test]
fn locks_at_once_lose_nothing() {
    for round in 0..8 {
        let place =
            Place::with(&[("migrations/0001_notes.sql", "CREATE TABLE notes(id INTEGER PRIMARY KEY);")]);
        place.onward(&["lock"]).exits(0);
        place.write("migrations/0002_text.sql", "ALTER TABLE notes ADD COLUMN text TEXT;");
        let names = ["red", "green", "blue"];
        let ran: Vec<bool> = std::thread::scope(|scope| {
            let place = &place;
            let run = |name| scope.spawn(move || place.onward(&["lock", "--release", name]).code == Some(0));
            let running: Vec<_> = names.into_iter().map(run).collect();
            running.into_iter().map(|one| one.join().unwrap()).collect()
        });
        let lock = place.read("migrations/onward.lock");
        for (name, is_written) in names.into_iter().zip(&ran) {
            assert_eq!(
                lock.contains(&format!("release = \"{name}\"")),
                *is_written,
                "{round} {ran:?}\n{lock}"
            );
        }
        assert!(ran.contains(&true), "{lock}");
        let files = ["migrations/0001_notes.sql", "migrations/0002_text.sql", "migrations/onward.lock"];
        assert_eq!(place.files("migrations"), files);
    }
}

#[test]
fn a_release_has_its_name_in_the_lock() {
    let place = Place::with(&[
        ("migrations/0001_notes.sql", "CREATE TABLE notes(id INTEGER PRIMARY KEY);"),
        ("migrations/0002_mail.sql", "ALTER TABLE notes ADD COLUMN mail TEXT;"),
    ]);
    let ran = place.onward(&["lock", "--release", "1.0"]).exits(0);
    assert!(ran.out.starts_with("locked 2 migrations in "), "{}", ran.out);
    let text = place.read("migrations/onward.lock");
    assert!(text.ends_with("\"\nrelease = \"1.0\"\n") && text.matches("release =").count() == 1, "{text}");
    place.onward(&["lock", "--check"]).exits(0);
    place.onward(&["lock"]).exits(0);
    place.onward(&["lock", "--release", "1.0"]).exits(0);
    assert_eq!(place.read("migrations/onward.lock"), text);
    let ran = place.onward(&["lock", "--release", "1.1"]).exits(1);
    assert!(ran.err.contains("0002_mail.sql ends the release `1.0` already"), "{}", ran.err);
    assert_eq!(place.read("migrations/onward.lock"), text);
    // With 1.0 in the field, two rows may have the same address by now.
    place.write("migrations/0003_one.sql", "CREATE UNIQUE INDEX one ON notes(mail);");
    let ran = place.onward(&["check"]).exits(0);
    assert!((ran.out + &ran.err).contains("failure_with_some_rows"));
    // What 1.1 brings with it runs at once.
    place.write("migrations/0003_one.sql", "CREATE TABLE tags(name TEXT);");
    place.write("migrations/0004_two.sql", "CREATE UNIQUE INDEX two ON tags(name);");
    place.onward(&["lock", "--release", "1.1"]).exits(0);
    let ran = place.onward(&["check"]).exits(0);
    assert!(!(ran.out + &ran.err).contains("failure_with_some_rows"));
}

#[test]
fn an_edited_locked_migration_is_an_error() {
    let place = Place::with(&[("migrations/0001_notes.sql", "CREATE TABLE notes (body TEXT);\n")]);
    place.onward(&["lock"]).exits(0);
    let locked = place.read("migrations/onward.lock");
    let found = || {
        let ran = place.onward(&["check", "--format", "json"]);
        let object =
            ran.out.lines().next().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
        (ran.code, object.map(|object| object["code"].as_str().unwrap().to_owned()))
    };
    place.write("migrations/0001_notes.sql", "-- only a comment\nCREATE TABLE notes(body TEXT);\r\n");
    assert_eq!(found(), (Some(0), None));
    place.write("migrations/0001_notes.sql", "CREATE TABLE notes (body TEXT NOT NULL);\n");
    assert_eq!(found(), (Some(1), Some("released_migration_changed".into())));

    // To lock again would make the edit look released.
    for args in [&["lock"][..], &["lock", "--check"]] {
        let ran = place.onward(args).exits(1);
        assert!(ran.err.contains("nothing was written"), "{}", ran.err);
        assert!(ran.out.contains("released_migration_changed"), "{}", ran.out);
    }
    assert_eq!(place.read("migrations/onward.lock"), locked);

    place.remove("migrations/0001_notes.sql");
    place.write("migrations/0002_notes.sql", "CREATE TABLE notes (body TEXT);\n");
    assert_eq!(found(), (Some(1), Some("released_migration_missing".into())));
}

#[test]
fn a_history_with_errors_is_not_locked() {
    let place = Place::with(&[("migrations/0001_notes.sql", "CREATE INDEX by_tag ON notes(tag);\n")]);
    let ran = place.onward(&["lock"]).exits(1);
    assert!(
        ran.out.contains("unknown_table") && ran.err.contains("nothing was written"),
        "{}{}",
        ran.out,
        ran.err
    );
    assert_eq!(place.files("migrations"), ["migrations/0001_notes.sql"]);
    place.onward(&["lock", "nowhere"]).exits(2);

    // A warning is no error.
    place.write("migrations/0001_notes.sql", "PRAGMA journal_mode = WAL;\nCREATE TABLE notes (body TEXT);\n");
    place.onward(&["lock"]).exits(0);
}

/// The link may lead to where several folders have their locks.
#[cfg(unix)]
#[test]
fn a_lock_that_is_a_link_stays_one() {
    let place = Place::with(&[
        ("migrations/0001_notes.sql", "CREATE TABLE notes (body TEXT);\n"),
        ("locks/notes.lock", "format = 1\n"),
    ]);
    let link = place.path("migrations/onward.lock");
    std::os::unix::fs::symlink("../locks/notes.lock", &link).unwrap();
    place.onward(&["lock"]).exits(0);
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert!(place.read("locks/notes.lock").contains("0001_notes.sql"));
    assert_eq!((place.files("locks").len(), place.files("migrations").len()), (1, 2));
    place.onward(&["lock", "--check"]).exits(0);
    // One that leads nowhere is somebody's mistake.
    place.remove("locks/notes.lock");
    let ran = place.onward(&["lock"]).exits(1);
    assert!(!place.path("locks/notes.lock").exists() && link.is_symlink(), "{}{}", ran.out, ran.err);
}
