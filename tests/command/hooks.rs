//! Migrations that have a hook, on the command line: it has their SQL alone.

use std::fs;

use onward::rusqlite::{self, Connection, Transaction};
use onward::{Migrations, migrations};
use onward_tests::command::Place;
use onward_tests::file::number;

/// The program: its second migration has a hook.
static PROGRAM: Migrations = migrations!("histories/hashes", after = { 2 => fill });

fn fill(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    transaction.execute("UPDATE messages SET identity = 'of ' || id", []).map(drop)
}

/// Its folder, and a database after the first migration with a message.
fn place() -> Place {
    let place = Place::empty();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/histories/hashes");
    for file in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap()) {
        let text = fs::read_to_string(file.path()).unwrap();
        place.write(&format!("migrations/{}", file.file_name().to_str().unwrap()), &text);
    }
    let (conn, _) = PROGRAM.migrator().target(1).open(place.path("app.db")).unwrap();
    conn.execute_batch("INSERT INTO messages(sender, body) VALUES ('a', 'x')").unwrap();
    place
}

fn conn(place: &Place) -> Connection {
    Connection::open(place.path("app.db")).unwrap()
}

#[test]
fn nothing_runs_past_a_hook_and_the_program_goes_on() {
    let place = place();
    let before = fs::read(place.path("app.db")).unwrap();
    for command in ["apply", "rehearse"] {
        let ran = place.onward(&[command, "app.db"]).exits(2);
        assert!(
            ran.err.contains(
                "0002_identities.sql has a hook, a function of the program that runs after it, and the function is not here; \
                 nothing was changed\nhelp: let the program that has the function migrate this database\n"
            ),
            "{command}: {}",
            ran.err
        );
        assert_eq!(ran.out, "", "{command}");
    }
    assert!(fs::read(place.path("app.db")).unwrap() == before);

    // The mark is no edit: the program arrives, with its function.
    assert_eq!(PROGRAM.apply(&mut conn(&place)).unwrap().applied.len(), 2);
    assert_eq!(number(&conn(&place), "SELECT count(*) FROM messages WHERE identity = 'of 1'"), 1);
    let text = place.onward(&["apply", "app.db"]).exits(0).out;
    assert!(text.contains("up to date"), "{text}");
    place.onward(&["verify", "app.db"]).exits(0);
    assert!(place.onward(&["rehearse", "app.db"]).exits(0).out.contains("nothing is pending"));
}

#[test]
fn what_comes_before_a_hook_can_run() {
    let place = place();
    // A new database has a migration before it.
    let ran = place.onward(&["apply", "new.db"]).exits(2);
    assert!(ran.err.contains("migrate this database; `--to 0001` runs what comes before\n"), "{}", ran.err);
    assert_eq!(fs::metadata(place.path("new.db")).map_or(0, |found| found.len()), 0);
    let text = place.onward(&["rehearse", "app.db", "--to", "1"]).exits(0).out;
    assert_eq!(text, "nothing is pending\n");
    place.onward(&["apply", "new.db", "--to", "0001"]).exits(0);
    let text = place.onward(&["status", "new.db"]).exits(0).out;
    assert!(text.ends_with("2 of 3 pending\n"), "{text}");
    let ran = place.onward(&["apply", "new.db", "--to", "7"]).exits(2);
    assert!(ran.err.contains("the target is migration 7"), "{}", ran.err);
    // Behind it, everything runs.
    PROGRAM.migrator().target(2).open(place.path("new.db")).unwrap();
    place.onward(&["rehearse", "new.db"]).exits(0);
    let text = place.onward(&["apply", "new.db"]).exits(0).out;
    assert!(text.contains("0003"), "{text}");
}

#[test]
fn what_is_adopted_has_had_its_hook_and_what_is_to_run_has_not() {
    let place = place();
    let forget = || conn(&place).execute_batch("DROP TABLE onward_migrations").unwrap();
    forget();
    let before = fs::read(place.path("app.db")).unwrap();
    for args in [
        &["adopt", "app.db"][..],
        &["rehearse", "app.db", "--adopt", "exact"],
        &["adopt", "app.db", "--how", "reconcile"],
    ] {
        let ran = place.onward(args).exits(2);
        assert!(ran.err.contains("0002_identities.sql has a hook"), "{args:?}: {}", ran.err);
        assert!(fs::read(place.path("app.db")).unwrap() == before, "{args:?}");
    }
    let text = place.onward(&["adopt", "app.db", "--to", "1"]).exits(0).out;
    assert!(text.contains("adopted with"), "{text}");
    // By its schema it is behind the last one.
    PROGRAM.apply(&mut conn(&place)).unwrap();
    forget();
    let text = place.onward(&["adopt", "app.db"]).exits(0).out;
    assert!(text.contains("adopted with"), "{text}");
    assert!(place.onward(&["status", "app.db"]).exits(0).out.ends_with("up to date\n"));
}

#[test]
fn a_hook_counts_as_writing_rows_where_a_schema_has_to_tell() {
    let mark = "-- onward: hook\nPRAGMA user_version = 2;\n";
    let place = Place::with(&[
        ("migrations/0001_jobs.sql", "CREATE TABLE jobs(id INTEGER PRIMARY KEY);\n"),
        ("migrations/0002_mark.sql", mark),
    ]);
    conn(&place).execute_batch("CREATE TABLE jobs(id INTEGER PRIMARY KEY)").unwrap();
    let ran = place.onward(&["adopt", "app.db"]).exits(1);
    assert!(ran.err.contains("0002_mark.sql") && ran.err.contains("`--at VERSION`"), "{}", ran.err);
    place.onward(&["adopt", "app.db", "--at", "2"]).exits(0);
}

#[test]
fn an_empty_database_is_made_and_a_migration_is_taken_back() {
    let place = place();
    place.onward(&["database", "schema.db"]).exits(0);
    let text = place.onward(&["database", "schema.db"]).exits(0).out;
    assert!(text.contains("up to date"), "{text}");

    let downs = Place::with(&[
        ("migrations/0001_a.up.sql", "CREATE TABLE a(b);\n"),
        ("migrations/0002_c.up.sql", "CREATE TABLE c(d);\n-- onward: hook\n"),
        ("migrations/0002_c.down.sql", "DROP TABLE c;\n"),
    ]);
    downs.onward(&["database", "app.db"]).exits(0);
    downs.onward(&["revert", "app.db", "1"]).exits(0);
    downs.onward(&["apply", "app.db"]).exits(2);
}

#[test]
fn a_folder_is_checked_and_locked_as_any_other() {
    let place = place();
    let said = place.onward(&["check", "migrations"]).exits(0);
    assert_eq!(said.err, "");
    // It is there for its hook alone.
    place.write("migrations/0004_later.sql", "-- onward: hook\n");
    place.onward(&["check", "migrations"]).exits(0);
    place.onward(&["lock", "migrations"]).exits(0);
    // What is locked can be marked, and unmarked.
    place.write(
        "migrations/0001_messages.sql",
        &format!("-- onward: hook\n{}", place.read("migrations/0001_messages.sql")),
    );
    place.onward(&["check", "migrations"]).exits(0);
    place.onward(&["lock", "--check", "migrations"]).exits(0);
    // One that is misspelled marks nothing, and is told.
    place.write("migrations/0004_later.sql", "-- onward: hok\nSELECT 1;\n");
    let said = place.onward(&["check", "migrations"]).exits(1);
    assert!(format!("{}{}", said.out, said.err).contains("or `-- onward: hook`"), "{}{}", said.out, said.err);
}

/// One error before the first file, not one for each, with those that come to no hook migrated meanwhile.
#[test]
fn a_fleet_is_not_begun_past_a_hook() {
    let place = place();
    for name in ["fleet-1.db", "fleet-2.db", "fleet-3.db"] {
        fs::copy(place.path("app.db"), place.path(name)).unwrap();
    }
    // Empty, it is no tenant, and comes to nothing.
    place.write("fleet-4.db", "");
    for command in ["apply", "plan"] {
        let ran = place.onward(&["fleet", command, "fleet-*.db"]).exits(2);
        let said = "0002_identities.sql has a hook, a function of the program that runs after it, and the function is not here; 3 files \
                    would come to one, such as fleet-1.db; nothing was changed\nhelp: let the program that has the function migrate \
                    them; `--to 0001` runs what comes before\n";
        assert!(ran.err.contains(said) && ran.out.is_empty(), "{command}: {}{}", ran.out, ran.err);
    }
    assert_eq!(fs::metadata(place.path("fleet-4.db")).unwrap().len(), 0);
    fs::remove_file(place.path("fleet-4.db")).unwrap();
    let text = place.onward(&["fleet", "status", "fleet-*.db"]).exits(0).out;
    assert!(text.contains("3  pending"), "{text}");
    let text = place.onward(&["fleet", "apply", "fleet-*.db", "--to", "1"]).exits(0).out;
    assert!(text.contains("3  up to date"), "{text}");
    // The program has the function; one tenant that it has not had yet keeps the others as they are.
    for name in ["fleet-1.db", "fleet-2.db"] {
        PROGRAM.open(place.path(name)).unwrap();
    }
    place.onward(&["fleet", "apply", "fleet-*.db"]).exits(2);
    place.onward(&["fleet", "apply", "fleet-1.db", "fleet-2.db"]).exits(0);
}
