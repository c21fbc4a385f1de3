//! The previous release beside this one, on the same database, ledger, `onward.lock` and `onward.toml`, both ways.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use onward::Snapshot;
use onward::rusqlite::Connection;
use onward_tests::cargo_onward;
use onward_tests::command::{Place, Ran, run};
use onward_tests::file::{self, File, number};
use onward_tests::previous::{Previous, previous};
use serde_json::Value;

/// One of the two.
#[derive(Clone, Copy)]
enum Release<'p> {
    Previous(&'p Previous),
    This,
}

impl Release<'_> {
    /// The command line, run in a place.
    fn onward(self, place: &Place, args: &[&str]) -> Ran {
        let mut command = match self {
            Release::Previous(previous) => Command::new(&previous.command),
            Release::This => cargo_onward(),
        };
        run(command.args(args).current_dir(place.folder()))
    }

    /// A program with this history and these choices.
    fn start(self, args: &[&str], file: &Path) -> Command {
        let binary = match self {
            Release::Previous(previous) => previous.start.to_str().expect("a path in UTF-8"),
            Release::This => env!("CARGO_BIN_EXE_start"),
        };
        file::start(binary, args, file)
    }

    fn name(self) -> &'static str {
        match self {
            Release::Previous(_) => "the previous release",
            Release::This => "this release",
        }
    }
}

/// Calls with both, each as the first once, and not at all where there is no previous release.
fn both_ways(then: impl Fn(Release<'_>, Release<'_>)) {
    let Some(previous) = previous() else { return };
    for (first, second) in
        [(Release::Previous(previous), Release::This), (Release::This, Release::Previous(previous))]
    {
        println!("{}, then {}", first.name(), second.name());
        then(first, second);
    }
}

const JOBS: (&str, &str) = (
    "migrations/0001_jobs.up.sql",
    "CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT NOT NULL, parent INTEGER REFERENCES jobs(id));",
);
const JOBS_DOWN: (&str, &str) = ("migrations/0001_jobs.down.sql", "DROP TABLE jobs;");
const ARCHIVE: (&str, &str) = (
    "migrations/0002_archive.up.sql",
    "-- Kept for a year.\nALTER TABLE jobs ADD COLUMN archived INTEGER NOT NULL DEFAULT 0;\nCREATE INDEX by_archived ON jobs(archived);",
);
const ARCHIVE_DOWN: (&str, &str) =
    ("migrations/0002_archive.down.sql", "DROP INDEX by_archived;\nALTER TABLE jobs DROP COLUMN archived;");
const NOTES: (&str, &str) = (
    "migrations/0003_notes.up.sql",
    "CREATE TABLE notes(job INTEGER NOT NULL REFERENCES jobs(id), body TEXT);\nINSERT INTO notes SELECT id, state FROM jobs;",
);
const NOTES_DOWN: (&str, &str) = ("migrations/0003_notes.down.sql", "DROP TABLE notes;");

/// A folder with the first two migrations.
fn two() -> Place {
    Place::with(&[JOBS, JOBS_DOWN, ARCHIVE, ARCHIVE_DOWN])
}

fn add(place: &Place, migration: (&str, &str), down: (&str, &str)) {
    place.write(migration.0, migration.1);
    place.write(down.0, down.1);
}

fn remove(place: &Place, migration: (&str, &str), down: (&str, &str)) {
    place.remove(migration.0);
    place.remove(down.0);
}

fn conn(place: &Place) -> Connection {
    Connection::open(place.path("app.db")).unwrap()
}

fn in_mode(place: &Place, journal: &str) {
    conn(place).query_row(&format!("PRAGMA journal_mode = {journal}"), [], |_| Ok(())).unwrap();
}

/// What both releases know of a ledger's rows: all but the times.
fn ledger(conn: &Connection) -> Vec<(i64, String, String, String)> {
    let sql = "SELECT version, name, checksum, chain FROM onward_migrations ORDER BY version";
    let mut query = conn.prepare(sql).unwrap();
    let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))).unwrap();
    rows.map(|row| row.unwrap()).collect()
}

/// What the migrations have made.
fn schema(conn: &Connection) -> Vec<(String, String)> {
    let sql = "SELECT name, sql FROM sqlite_schema WHERE name <> 'onward_migrations' AND sql NOT NULL ORDER BY name";
    let mut query = conn.prepare(sql).unwrap();
    query.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(|row| row.unwrap()).collect()
}

#[test]
fn what_one_makes_the_other_reads_upgrades_and_takes_back() {
    both_ways(|first, second| {
        for journal in ["DELETE", "WAL"] {
            let place = two();
            in_mode(&place, journal);
            first.onward(&place, &["apply", "app.db"]).exits(0);
            conn(&place).execute_batch("INSERT INTO jobs(state) VALUES ('queued'), ('done')").unwrap();
            let before = fs::read(place.path("app.db")).unwrap();
            let status = second.onward(&place, &["status", "app.db"]).exits(0).out;
            assert!(status.ends_with("up to date\n"), "{status}");
            second.onward(&place, &["verify", "app.db"]).exits(0);
            let apply = second.onward(&place, &["apply", "app.db"]).exits(0).out;
            assert!(apply.starts_with("up to date at 0002 archive"), "{apply}");
            assert!(fs::read(place.path("app.db")).unwrap() == before, "{journal}: up to date, and changed");

            add(&place, NOTES, NOTES_DOWN);
            let status = second.onward(&place, &["status", "app.db"]).exits(0).out;
            assert!(status.ends_with("1 of 3 pending\n"), "{status}");
            second.onward(&place, &["rehearse", "app.db"]).exits(0);
            second.onward(&place, &["apply", "app.db"]).exits(0);
            for release in [first, second] {
                release.onward(&place, &["verify", "app.db"]).exits(0);
                let apply = release.onward(&place, &["apply", "app.db"]).exits(0).out;
                assert!(apply.starts_with("up to date at 0003 notes"), "{apply}");
            }
            assert_eq!(number(&conn(&place), "SELECT count(*) FROM notes"), 2);

            // Made by one alone it is the same.
            for release in [first, second] {
                release.onward(&place, &["apply", "alone.db"]).exits(0);
                let alone = Connection::open(place.path("alone.db")).unwrap();
                assert_eq!(ledger(&alone), ledger(&conn(&place)));
                assert_eq!(schema(&alone), schema(&conn(&place)));
                drop(alone);
                place.remove("alone.db");
            }

            second.onward(&place, &["revert", "app.db", "1"]).exits(0);
            let status = first.onward(&place, &["status", "app.db"]).exits(0).out;
            assert!(status.ends_with("2 of 3 pending\n"), "{status}");
            first.onward(&place, &["verify", "app.db"]).exits(0);
            first.onward(&place, &["apply", "app.db"]).exits(0);
            second.onward(&place, &["verify", "app.db"]).exits(0);
        }
    });
}

/// To the previous release, a library's ledger is a table of others: it goes on beside it, and refuses to begin beside it.
#[test]
fn a_named_ledger_is_left_alone() {
    let Some(previous) = previous() else { return };
    let (before, this) = (Release::Previous(previous), Release::This);
    let place = two();
    place.write("library/onward.toml", "[ledger]\nname = 'notes'");
    place.write("library/0001_notes.sql", "CREATE TABLE notes_pages(body TEXT);");
    // The library first: tables, and no ledger that it knows.
    this.onward(&place, &["apply", "first.db", "library"]).exits(0);
    let bytes = fs::read(place.path("first.db")).unwrap();
    let refused = before.onward(&place, &["apply", "first.db"]).exits(1).err;
    assert!(
        refused.contains("`onward_migrations_notes`") && refused.contains("nothing was changed"),
        "{refused}"
    );
    assert!(fs::read(place.path("first.db")).unwrap() == bytes, "it was changed");
    // The program first.
    before.onward(&place, &["apply", "app.db"]).exits(0);
    this.onward(&place, &["apply", "app.db", "library"]).exits(0);
    before.onward(&place, &["verify", "app.db"]).exits(0);
    add(&place, NOTES, NOTES_DOWN);
    for command in
        [&["rehearse", "app.db"][..], &["apply", "app.db"], &["verify", "app.db"], &["revert", "app.db", "1"]]
    {
        before.onward(&place, command).exits(0);
    }
    this.onward(&place, &["apply", "app.db"]).exits(0);
    for folder in ["migrations", "library"] {
        this.onward(&place, &["verify", "app.db", folder]).exits(0);
    }
    // What it cannot read it does not run.
    let unknown = before.onward(&place, &["apply", "app.db", "library"]);
    assert!(unknown.code != Some(0) && (unknown.out + &unknown.err).contains("unknown key `ledger`"));
}

/// A program that knows less than the database refuses it untouched, whichever release it is of.
#[test]
fn what_is_newer_is_refused() {
    both_ways(|first, second| {
        let place = two();
        add(&place, NOTES, NOTES_DOWN);
        first.onward(&place, &["apply", "app.db"]).exits(0);
        remove(&place, NOTES, NOTES_DOWN);
        let before = fs::read(place.path("app.db")).unwrap();
        let status = second.onward(&place, &["status", "app.db"]).exits(1).out;
        assert!(status.contains("ran, and is newer than the program"), "{status}");
        for command in [&["apply", "app.db"][..], &["verify", "app.db"], &["rehearse", "app.db"]] {
            let err = second.onward(&place, command).exits(1).err;
            assert!(err.contains("the database is newer than this program, which knows version "), "{err}");
        }
        assert!(fs::read(place.path("app.db")).unwrap() == before);
        // An edit is one for both.
        let edited = ARCHIVE.1.replace("DEFAULT 0", "DEFAULT 1");
        place.write(ARCHIVE.0, &edited);
        add(&place, NOTES, NOTES_DOWN);
        for release in [first, second] {
            let err = release.onward(&place, &["apply", "app.db"]).exits(1).err;
            assert!(err.contains("2 `archive` was edited after it ran"), "{err}");
        }
        assert!(fs::read(place.path("app.db")).unwrap() == before);
    });
}

/// How many migrations each has applied; all must have succeeded.
#[track_caller]
fn applied(outputs: &[Output]) -> usize {
    outputs.iter().map(|output| file::report(output)["applied"].as_array().map_or(0, Vec::len)).sum()
}

#[track_caller]
fn crowd(commands: Vec<Command>) -> Vec<Output> {
    let children: Vec<_> = commands.into_iter().map(|mut command| command.spawn().unwrap()).collect();
    children.into_iter().map(|child| child.wait_with_output().unwrap()).collect()
}

#[test]
fn a_mixed_crowd_migrates_once() {
    both_ways(|first, second| {
        for (journal, outdated) in ["DELETE", "WAL"]
            .into_iter()
            .flat_map(|journal| [false, true].map(|outdated| (journal, outdated)))
        {
            let file = File::new();
            let conn = file.conn();
            conn.query_row(&format!("PRAGMA journal_mode = {journal}"), [], |_| Ok(())).unwrap();
            if outdated {
                applied(&crowd(vec![first.start(&["counter_1"], &file.path())]));
            }
            let commands =
                (0..16).flat_map(|_| [first, second].map(|one| one.start(&["counter"], &file.path())));
            let outputs = crowd(commands.collect());
            assert_eq!(applied(&outputs), if outdated { 1 } else { 2 }, "{journal}");
            assert_eq!(number(&conn, "SELECT count(*) FROM counter"), 1, "{journal}");

            // Those of one release know less.
            let file = File::new();
            let commands = (0..16).flat_map(|_| {
                [first.start(&["counter"], &file.path()), second.start(&["counter_1"], &file.path())]
            });
            let outputs = crowd(commands.collect());
            let (succeeded, refused): (Vec<_>, Vec<_>) =
                outputs.into_iter().partition(|output| output.status.success());
            assert_eq!(applied(&succeeded), 2, "{journal}");
            for output in refused {
                let error = String::from_utf8_lossy(&output.stderr);
                assert!(
                    error.contains("the database is newer than this program, which knows version "),
                    "{error}"
                );
            }
        }
    });
}

#[test]
fn the_lock_of_one_is_the_lock_of_the_other() {
    both_ways(|first, second| {
        let place = two();
        first.onward(&place, &["lock"]).exits(0);
        let locked = place.read("migrations/onward.lock");
        second.onward(&place, &["check"]).exits(0);
        second.onward(&place, &["lock", "--check"]).exits(0);
        second.onward(&place, &["lock"]).exits(0);
        assert_eq!(place.read("migrations/onward.lock"), locked, "it is written again, and the same");
        add(&place, NOTES, NOTES_DOWN);
        second.onward(&place, &["check"]).exits(0);
        second.onward(&place, &["lock", "--check"]).exits(1);
        second.onward(&place, &["lock"]).exits(0);
        let more = place.read("migrations/onward.lock");
        assert!(more.starts_with(&locked), "{more}");
        first.onward(&place, &["lock", "--check"]).exits(0);

        // An edit of what the other has locked.
        place.write(JOBS.0, &JOBS.1.replace("state TEXT NOT NULL", "state TEXT"));
        for release in [first, second] {
            let out = release.onward(&place, &["check"]).exits(1).out;
            assert!(out.contains("was changed after its release"), "{out}");
        }
    });
}

/// Keys that an entry may have one day: the previous release checks as if they were not there. It does not know them, so
/// its `lock` would write the file without them, and its `lock --check` says so.
#[test]
fn further_keys_of_the_lock_are_passed_over() {
    let Some(previous) = previous() else { return };
    let place = two();
    Release::This.onward(&place, &["lock"]).exits(0);
    let locked = place.read("migrations/onward.lock");
    let released = locked.trim_end().to_owned() + "\nrelease = \"1.0\"\n";
    place.write("migrations/onward.lock", &released);
    Release::Previous(previous).onward(&place, &["check"]).exits(0);
    Release::Previous(previous).onward(&place, &["apply", "app.db"]).exits(0);
    Release::Previous(previous).onward(&place, &["lock", "--check"]).exits(1);
    assert_eq!(place.read("migrations/onward.lock"), released);
    place.write(JOBS.0, &JOBS.1.replace("state TEXT NOT NULL", "state TEXT"));
    let out = Release::Previous(previous).onward(&place, &["check"]).exits(1).out;
    assert!(out.contains("was changed after its release"), "{out}");
}

/// The previous release builds nothing with an `onward.toml` that it understands in part: it names the key.
#[test]
fn further_keys_of_the_settings_are_refused_by_name() {
    let Some(previous) = previous() else { return };
    for (text, key) in
        [("[engine]\nsqlite = \"3.40\"\n", "engine"), ("[external]\ntables = [\"spatial\"]\n", "external")]
    {
        let place = two();
        Release::Previous(previous).onward(&place, &["apply", "app.db"]).exits(0);
        let before = fs::read(place.path("app.db")).unwrap();
        place.write("migrations/onward.toml", text);
        for command in [&["check"][..], &["apply", "app.db"], &["lock"]] {
            let out = Release::Previous(previous).onward(&place, command).exits(1).out;
            assert!(out.contains(&format!("unknown key `{key}`")), "{out}");
        }
        // What only looks at the ledger has no need of it.
        Release::Previous(previous).onward(&place, &["status", "app.db"]).exits(0);
        assert!(fs::read(place.path("app.db")).unwrap() == before);
        assert!(!place.path("migrations/onward.lock").exists());
    }
}

/// The code that is denied here has another name by now: the previous release knows the old one alone, this one both.
#[test]
fn the_settings_of_one_are_those_of_the_other() {
    both_ways(|first, second| {
        let place = two();
        place.write(
            "migrations/onward.toml",
            "functions = [\"uuid7\", { name = \"slug\", arguments = 1 }]\ncollations = [\"by_number\"]\n\n[levels]\ndrops_data = \"deny\"\n",
        );
        place.write(
            "migrations/0003_slug.up.sql",
            "UPDATE jobs SET state = slug(state) WHERE state COLLATE by_number > 'a';",
        );
        place.write("migrations/0004_drop.up.sql", "DROP TABLE jobs;");
        place.write("migrations/0004_drop.down.sql", JOBS.1);
        for release in [first, second] {
            let out = release.onward(&place, &["check", "--format", "json"]).exits(1).out;
            // Under `code` or, since it has another name, under `old_codes`.
            assert!(out.contains(r#""drops_data""#) && !out.contains("unknown_function"), "{out}");
        }
    });
}

#[test]
fn what_one_has_taken_over_the_other_goes_on_with() {
    both_ways(|first, second| {
        for how in ["exact", "reconcile"] {
            let place = two();
            conn(&place).execute_batch(JOBS.1).unwrap();
            let out = first.onward(&place, &["adopt", "app.db", "--how", how]).exits(0).out;
            assert!(out.contains(" with 1 migration"), "{out}");
            let status = second.onward(&place, &["status", "app.db"]).exits(0).out;
            assert!(status.contains("jobs     adopted 2") && status.ends_with("up to date\n"), "{status}");
            add(&place, NOTES, NOTES_DOWN);
            second.onward(&place, &["apply", "app.db"]).exits(0);
            assert_eq!(number(&conn(&place), "SELECT sum(adopted) FROM onward_migrations"), 1);
            for release in [first, second] {
                release.onward(&place, &["verify", "app.db"]).exits(0);
                let status = release.onward(&place, &["status", "app.db"]).exits(0).out;
                assert!(
                    status.contains("jobs     adopted 2") && status.contains("notes    applied 2"),
                    "{status}"
                );
            }
        }
    });
}

/// The path that a report names.
fn path_of(report: &Value) -> &Path {
    Path::new(report.as_str().expect("a path in the report"))
}

#[test]
fn the_copy_of_one_is_a_database_for_the_other() {
    both_ways(|first, second| {
        let file = File::new();
        applied(&crowd(vec![first.start(&["counter_1"], &file.path())]));
        let to = format!("backup={}", file.folder().join("copy.db").display());
        let outputs = crowd(vec![first.start(&["counter", &to], &file.path())]);
        let report = file::report(&outputs[0]);
        let copy = path_of(&report["backup"]);
        let rows = |path: &Path| ledger(&Connection::open(path).unwrap()).len();
        assert_eq!((rows(copy), rows(&file.path())), (1, 2));
        // The other release is asked for a copy at the same path: what is there is a database of its own.
        assert_eq!(applied(&crowd(vec![second.start(&["counter"], copy)])), 1);
        assert_eq!(applied(&crowd(vec![second.start(&["counter", &to], &file.path())])), 0);
    });
}

/// What cannot be migrated is moved aside by one of many, of either release, and nothing of it is lost.
#[test]
fn a_mixed_crowd_makes_a_database_anew_once() {
    both_ways(|first, second| {
        let text = "no database, but long enough to look like one".repeat(40);
        let file = File::new();
        fs::write(file.path(), &text).unwrap();
        let commands =
            (0..8).flat_map(|_| [first, second].map(|one| one.start(&["counter", "recreate"], &file.path())));
        assert_eq!(applied(&crowd(commands.collect())), 2);
        let names = file.names();
        let aside: Vec<_> = names.iter().filter(|name| name.contains("unusable")).collect();
        assert_eq!(aside.len(), 1, "{names:?}");
        assert!(fs::read(file.folder().join(aside[0])).unwrap() == text.as_bytes());
        for release in [first, second] {
            assert_eq!(applied(&crowd(vec![release.start(&["counter", "recreate"], &file.path())])), 0);
        }
        assert_eq!(number(&file.conn(), "SELECT count(*) FROM counter"), 1);
    });
}

/// A database that was never migrated, but made of bytes that this release has embedded.
#[test]
fn a_snapshot_is_a_database_for_the_previous_release() {
    static SNAPSHOT: Snapshot = onward::snapshot!("histories/orders");
    let Some(previous) = previous() else { return };
    let file = File::new();
    drop(SNAPSHOT.create(file.path()).unwrap());
    assert_eq!(applied(&crowd(vec![Release::Previous(previous).start(&["orders"], &file.path())])), 0);
}

/// What programs read of `check`: the keys of then are there, and say the same kind of thing.
#[test]
fn further_keys_of_json_are_further_ones() {
    let Some(previous) = previous() else { return };
    let place = Place::with(&[
        ("migrations/0001_a.sql", "CREATE TABLE a(b);\nCREATE INDEX i ON a(c);"),
        ("migrations/0002_b.sql", "ALTER TABLE a ADD COLUMN c;\nDROP TABLE nowhere;"),
    ]);
    let objects = |release: Release<'_>| -> Vec<Value> {
        let out = release.onward(&place, &["check", "--format", "json"]).exits(1).out;
        out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let (then, now) = (objects(Release::Previous(previous)), objects(Release::This));
    assert!(!then.is_empty() && then.len() == now.len(), "{then:?}\n{now:?}");
    for (then, now) in then.iter().zip(&now) {
        for (key, value) in then.as_object().unwrap() {
            // Words may be put better.
            let is_text = ["message", "help"].contains(&key.as_str());
            match (is_text, key.as_str()) {
                (true, _) => assert!(now[key].is_string(), "{key}: {now}"),
                (_, "related") => assert_eq!(
                    now[key].as_array().map(Vec::len),
                    value.as_array().map(Vec::len),
                    "{key}: {now}"
                ),
                _ => assert_eq!(&now[key], value, "{key}: {now}"),
            }
        }
    }
}
