//! `cargo onward` as a user runs it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use onward::rusqlite::Connection;
use onward::{Migrations, migrations};
use onward_tests::cargo_onward;
use tempfile::TempDir;

static SAMPLE: Migrations = migrations!("../migrations");

/// What a command did.
struct Ran {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Ran {
    #[track_caller]
    fn exits(self, code: i32) -> Ran {
        assert_eq!(self.code, Some(code), "{}{}", self.out, self.err);
        self
    }
}

fn run(command: &mut Command) -> Ran {
    // Whoever runs the tests may have asked for colours, or for none.
    let output = command.stdin(Stdio::null()).env_remove("CLICOLOR_FORCE").output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

/// A folder to run commands in.
struct Place(TempDir);

impl Place {
    fn new() -> Place {
        Place(tempfile::tempdir().unwrap())
    }

    fn with(files: &[(&str, &str)]) -> Place {
        let place = Place::new();
        files.iter().for_each(|(path, text)| place.write(path, text));
        place
    }

    /// A copy of the sample history, and a database that the runtime has migrated with it.
    fn with_sample() -> Place {
        let place = Place::new();
        let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrations");
        for file in sample.read_dir().unwrap().map(|entry| entry.unwrap()) {
            let text = fs::read_to_string(file.path()).unwrap();
            place.write(&format!("migrations/{}", file.file_name().to_str().unwrap()), &text);
        }
        SAMPLE.open(place.path("app.db")).unwrap();
        place
    }

    fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap()
    }

    fn remove(&self, path: &str) {
        fs::remove_file(self.path(path)).unwrap();
    }

    fn onward(&self, args: &[&str]) -> Ran {
        run(cargo_onward().args(args).current_dir(self.0.path()))
    }

    /// All files below a folder, sorted.
    fn files(&self, folder: &str) -> Vec<String> {
        let mut files = Vec::new();
        for entry in self.path(folder).read_dir().unwrap().map(|entry| entry.unwrap()) {
            let path = format!("{folder}/{}", entry.file_name().to_str().unwrap());
            match entry.path().is_dir() {
                true => files.extend(self.files(&path)),
                false => files.push(path),
            }
        }
        files.sort();
        files
    }

    /// The files that `new` makes beside these; it has to print their paths.
    fn new_beside(&self, name: &str) -> Vec<String> {
        let before = self.files("migrations");
        let out = self.onward(&["new", name, "migrations"]).exits(0).out;
        let mut made = self.files("migrations");
        made.retain(|file| !before.contains(file));
        let mut printed: Vec<_> = out.lines().map(|line| line.replace('\\', "/")).collect();
        printed.sort();
        assert_eq!(printed, made);
        made
    }
}

/// `{}` in the expected path stands for the time.
fn is_timed(path: &str, expected: &str, digits: &[usize]) -> bool {
    let Some((before, after)) = expected.split_once("{}") else { return path == expected };
    let time = path.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
    time.is_some_and(|time| {
        let parts: Vec<_> = time.split('-').collect();
        parts.iter().map(|part| part.len()).eq(digits.iter().copied())
            && parts.iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit()))
    })
}

#[test]
fn new_goes_on_as_the_folder_has_it() {
    for (there, made) in [
        (vec!["0001_notes.sql"], vec!["0002_tags.sql"]),
        (vec!["0009_notes.sql", "0002_older.sql"], vec!["0010_tags.sql"]),
        (vec!["7-notes.sql"], vec!["8_tags.sql"]),
        (vec!["099_notes.sql"], vec!["100_tags.sql"]),
        (vec!["999_notes.sql"], vec!["1000_tags.sql"]),
        (vec!["V1__notes.sql"], vec!["V2__tags.sql"]),
        (vec!["V09__notes.sql"], vec!["V10__tags.sql"]),
        (vec!["0001_notes.up.sql"], vec!["0002_tags.up.sql"]),
        (vec!["0001_notes.up.sql", "0001_notes.down.sql"], vec!["0002_tags.down.sql", "0002_tags.up.sql"]),
        (vec!["01_notes/up.sql"], vec!["02_tags/up.sql"]),
        (vec!["01_notes/up.sql", "01_notes/down.sql"], vec!["02_tags/down.sql", "02_tags/up.sql"]),
        (vec!["01_notes/migration.sql"], vec!["02_tags/migration.sql"]),
    ] {
        let place = Place::new();
        there.iter().for_each(|path| place.write(&format!("migrations/{path}"), "SELECT 1;\n"));
        let made: Vec<_> = made.into_iter().map(|path| format!("migrations/{path}")).collect();
        assert_eq!(place.new_beside("tags"), made);
        // What is made is part of a history that builds.
        place.onward(&["check"]).exits(0);
        there.iter().for_each(|path| assert_eq!(place.read(&format!("migrations/{path}")), "SELECT 1;\n"));
    }
}

#[test]
fn new_writes_the_time_where_the_folder_does() {
    for (there, made, digits) in [
        ("20260105093000_notes.sql", vec!["{}_tags.sql"], &[14][..]),
        ("V20260105093000__notes.sql", vec!["V{}__tags.sql"], &[14]),
        ("20260105093000_notes.up.sql", vec!["{}_tags.up.sql"], &[14]),
        ("2026-01-05-093000_notes/up.sql", vec!["{}_tags/up.sql"], &[4, 2, 2, 6]),
        ("20260105093000_notes/migration.sql", vec!["{}_tags/migration.sql"], &[14]),
        ("2026-01-05-093000-0001_notes/up.sql", vec!["{}_tags/up.sql"], &[4, 2, 2, 6, 4]),
    ] {
        let place = Place::with(&[(&format!("migrations/{there}"), "SELECT 1;\n")]);
        // A second one within the same second is still after the first.
        let (first, second) = (place.new_beside("tags"), place.new_beside("tags"));
        assert!(first < second, "{first:?} {second:?}");
        for files in [first, second] {
            assert_eq!(files.len(), made.len(), "{files:?}");
            for (file, expected) in files.iter().zip(&made) {
                assert!(is_timed(file, &format!("migrations/{expected}"), digits), "{file} for {expected}");
            }
        }
        place.onward(&["check"]).exits(0);
    }
    let dated = [
        ("migrations/2026-01-05-093000_notes/up.sql", ""),
        ("migrations/2026-01-05-093000_notes/down.sql", ""),
    ];
    let made = Place::with(&dated).new_beside("tags");
    assert!(
        made.len() == 2 && made[0].ends_with("_tags/down.sql") && made[1].ends_with("_tags/up.sql"),
        "{made:?}"
    );

    // By the day: what comes after is this day, and then a time of it; never a day that is not in the calendar.
    let place = Place::with(&[("migrations/20260131_notes.sql", "SELECT 1;\n")]);
    let (first, second) = (place.new_beside("tags"), place.new_beside("more"));
    assert!(is_timed(&first[0], "migrations/{}_tags.sql", &[8]), "{first:?}");
    assert!(is_timed(&second[0], "migrations/{}_more.sql", &[14]), "{second:?}");
    place.onward(&["check"]).exits(0);

    let future = Place::with(&[("migrations/29991231235959_notes.sql", "")]);
    let ran = future.onward(&["new", "tags"]).exits(2);
    assert!(ran.err.contains("is dated in the future"), "{}", ran.err);
    assert_eq!(future.files("migrations").len(), 1);
}

#[test]
fn new_begins_a_history() {
    let place = Place::new();
    let ran = place.onward(&["new", "add notes-and tags"]).exits(0);
    assert_eq!(ran.out.replace('\\', "/"), "migrations/0001_add_notes_and_tags.sql\n");
    assert_eq!(place.read("migrations/0001_add_notes_and_tags.sql"), "-- add notes and tags\n");
    place.onward(&["check"]).exits(0);
}

#[test]
fn new_refuses_bad_names_and_broken_folders() {
    let place = Place::with(&[("migrations/0001_notes.sql", "SELECT 1;\n")]);
    for name in ["", " ", "_", "../notes", "a/b", "a\\b", "a.b", "tags.sql", "a\nb", "tags;", "*"] {
        let ran = place.onward(&["new", name]).exits(2);
        assert!(ran.err.contains("cannot be the name of a migration"), "{name:?}: {}", ran.err);
        assert_eq!(ran.out, "");
    }
    // Which version comes next cannot be known while a file is not understood.
    place.write("migrations/tags.sql", "SELECT 2;\n");
    let ran = place.onward(&["new", "folders"]).exits(2);
    assert!(ran.err.contains("`tags.sql` is not named as a migration"), "{}", ran.err);
    assert_eq!(place.files("migrations"), ["migrations/0001_notes.sql", "migrations/tags.sql"]);

    // Broken SQL is no reason to refuse: the next migration may be on its way to mend it.
    place.remove("migrations/tags.sql");
    place.write("migrations/0001_notes.sql", "SELEC 1;\n");
    assert_eq!(place.new_beside("folders"), ["migrations/0002_folders.sql"]);
}

#[test]
fn new_never_writes_over_a_file() {
    // A folder of that name is in the way, and no history sees it.
    let place = Place::with(&[
        ("migrations/0001_notes.sql", "SELECT 1;\n"),
        ("migrations/0002_tags.sql/README.md", "not a migration"),
    ]);
    let before = place.files("migrations");
    place.onward(&["new", "tags"]).exits(2);
    assert_eq!(place.files("migrations"), before);

    // Several at once: each file was made by one of them, and each that says so has made one.
    let place = Place::new();
    let spawn = |_| {
        cargo_onward()
            .args(["new", "tags"])
            .current_dir(place.0.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    };
    let children: Vec<_> = (0..8).map(spawn).collect();
    let outputs: Vec<_> = children.into_iter().map(|child| child.wait_with_output().unwrap()).collect();
    let made: Vec<_> = outputs.iter().filter(|output| output.status.success()).collect();
    let mut printed: Vec<_> =
        made.iter().map(|output| String::from_utf8_lossy(&output.stdout).trim().replace('\\', "/")).collect();
    printed.sort();
    assert!(!made.is_empty());
    assert_eq!(printed, place.files("migrations"));
}

#[test]
fn check_says_what_could_not_be_populated() {
    let never =
        "CREATE TABLE never (a INTEGER NOT NULL CHECK (a > 1 AND a < 1));\nCREATE TABLE notes (body TEXT);\n";
    let place = Place::with(&[("migrations/0001_notes.sql", never)]);
    let quiet = place.onward(&["check"]).exits(0);
    assert!(!quiet.out.contains("never"), "{}", quiet.out);
    let ran = place.onward(&["check", "--verbose"]).exits(0);
    assert!(ran.out.contains("rows were put into 1 of 2 tables\n  `never` stays empty: "), "{}", ran.out);
}

#[test]
fn levels_decide_what_stops_a_build() {
    let place = Place::with(&[
        ("migrations/0001_notes.sql", "CREATE TABLE notes (body TEXT);\n"),
        ("migrations/0002_none.sql", "DROP TABLE notes;\n"),
    ]);
    let ran = place.onward(&["check"]).exits(0);
    assert!(ran.out.contains("2 migrations: 0 errors, 1 warning"), "{}", ran.out);
    place.write("migrations/onward.toml", "[levels]\ndrops_data = \"deny\"\n");
    let ran = place.onward(&["check", "--format", "json"]).exits(1);
    assert!(ran.out.contains(r#""severity":"error""#), "{}", ran.out);
    place.write("migrations/onward.toml", "[levels]\ndrops_data = \"allow\"\n");
    let ran = place.onward(&["check"]).exits(0);
    assert!(ran.out.contains("2 migrations: 0 errors, 0 warnings"), "{}", ran.out);
}

#[test]
fn the_page_of_checks_is_the_one_in_docs() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/checks.md");
    let ran = Place::new().onward(&["checks"]).exits(0);
    assert_eq!(ran.out, fs::read_to_string(page).unwrap().replace("\r\n", "\n"));
}

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
    assert_eq!(found(), (Some(1), Some("locked_changed".into())));

    // To lock again would make the edit look released.
    for args in [&["lock"][..], &["lock", "--check"]] {
        let ran = place.onward(args).exits(1);
        assert!(ran.err.contains("nothing was written"), "{}", ran.err);
        assert!(ran.out.contains("locked_changed"), "{}", ran.out);
    }
    assert_eq!(place.read("migrations/onward.lock"), locked);

    place.remove("migrations/0001_notes.sql");
    place.write("migrations/0002_notes.sql", "CREATE TABLE notes (body TEXT);\n");
    assert_eq!(found(), (Some(1), Some("locked_missing".into())));
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

#[test]
fn status_tells_applied_pending_and_conflicting_migrations_apart() {
    let place = Place::with_sample();
    let bytes = || fs::read(place.path("app.db")).unwrap();
    let before = bytes();
    let status = |code| place.onward(&["status", "app.db"]).exits(code).out;
    // The line of a migration, in words.
    let line = |text: &str, name: &str| {
        let line = text.lines().find(|line| line.split_whitespace().nth(1) == Some(name));
        line.unwrap_or_default().split_whitespace().skip(2).collect::<Vec<_>>().join(" ")
    };

    let text = status(0);
    assert!(text.ends_with("up to date\n"), "{text}");
    assert_eq!(text.lines().count(), SAMPLE.list().len() + 1);
    assert!(line(&text, "retries").starts_with("applied 20"), "{text}");

    place.write("migrations/0011_tags.sql", "CREATE TABLE tags (name TEXT);\n");
    let text = status(0);
    assert_eq!(line(&text, "tags"), "pending");
    assert!(
        line(&text, "retries").starts_with("applied 20") && text.ends_with("1 of 11 pending\n"),
        "{text}"
    );
    place.remove("migrations/0011_tags.sql");

    let edited = place.read("migrations/0004_archive.sql");
    place.write("migrations/0004_archive.sql", &edited.replace("DEFAULT 0", "DEFAULT 1"));
    let text = status(1);
    assert_eq!(line(&text, "archive"), "edited after it ran");
    assert!(text.contains("\nrefused: migration 4 `archive` was edited after it ran"), "{text}");
    // A comment is no edit.
    place.write("migrations/0004_archive.sql", &format!("{edited}-- more\n"));
    status(0);

    place.write("migrations/0000_before.sql", "SELECT 1;\n");
    assert_eq!(line(&status(1), "before"), "did not run, though a later one has");
    place.remove("migrations/0000_before.sql");

    let removed = place.read("migrations/0005_job_log.sql");
    place.remove("migrations/0005_job_log.sql");
    assert_eq!(line(&status(1), "job_log"), "ran, but is not in the program");
    place.write("migrations/0005_job_log.sql", &removed);

    place.remove("migrations/0010_retries.sql");
    assert_eq!(line(&status(1), "retries"), "ran, and is newer than the program");

    assert!(bytes() == before, "status has changed the database");
    assert_eq!(place.0.path().read_dir().unwrap().count(), 2, "status has left a file behind");
}

#[test]
fn status_of_what_no_history_made() {
    let place = Place::with_sample();
    place.write("empty.db", "");
    let text = place.onward(&["status", "empty.db"]).exits(0).out;
    assert!(text.ends_with("10 of 10 pending\n") && !text.contains("applied"), "{text}");

    let conn = Connection::open(place.path("other.db")).unwrap();
    conn.execute_batch("CREATE TABLE notes (body TEXT)").unwrap();
    drop(conn);
    let text = place.onward(&["status", "other.db"]).exits(1).out;
    assert!(text.ends_with("no ledger, but 1 already there: notes\n"), "{text}");

    place.write("text.db", &"This is not a database. ".repeat(100));
    let ran = place.onward(&["status", "text.db"]).exits(2);
    assert!(ran.err.contains("text.db") && ran.err.contains("file is not a database"), "{}", ran.err);
    assert_eq!(ran.out, "");

    let ran = place.onward(&["status", "missing.db"]).exits(2);
    assert!(ran.err.contains("cannot open the database missing.db"), "{}", ran.err);
    assert!(!place.path("missing.db").exists());

    place.onward(&["status", "app.db", "nowhere"]).exits(2);
}

#[test]
fn the_folder_is_found_from_below_the_package() {
    let place = Place::with(&[
        ("shop/Cargo.toml", "[package]\nname = \"shop\"\n"),
        ("shop/migrations/0001_orders.sql", "CREATE TABLE orders (id INTEGER PRIMARY KEY);\n"),
        ("shop/src/bin/main.rs", ""),
        ("Cargo.toml", "[workspace]\n"),
        ("migrations/0001_notes.sql", "CREATE TABLE notes (id INTEGER PRIMARY KEY, id TEXT);\n"),
    ]);
    let run_in = |folder: &str, args: &[&str]| run(cargo_onward().args(args).current_dir(place.path(folder)));
    for folder in ["shop", "shop/src", "shop/src/bin"] {
        let ran = run_in(folder, &["check"]).exits(0);
        assert_eq!(ran.out, "1 migration: 0 errors, 0 warnings\n");
    }
    run_in(".", &["check"]).exits(1);
    run_in("shop", &["check", "../migrations"]).exits(1);

    let ran = run_in("shop/src", &["new", "items"]).exits(0);
    assert!(ran.out.replace('\\', "/").ends_with("shop/migrations/0002_items.sql\n"), "{}", ran.out);
    assert_eq!(
        place.files("shop/migrations"),
        ["shop/migrations/0001_orders.sql", "shop/migrations/0002_items.sql"]
    );
    run_in("shop/src", &["lock"]).exits(0);
    assert!(place.path("shop/migrations/onward.lock").exists());
}

#[test]
fn the_folder_is_the_one_that_the_manifest_names() {
    let place = Place::with(&[
        (
            "shop/Cargo.toml",
            "[package]\nname = \"shop\"\n\n[package.metadata.onward]\nmigrations = \"db/history\"\n",
        ),
        ("shop/db/history/0001_orders.sql", "CREATE TABLE orders (id INTEGER PRIMARY KEY);\n"),
        ("shop/migrations/0001_other.sql", "CREATE TABLE other (id INTEGER PRIMARY KEY, id TEXT);\n"),
        ("shop/src/main.rs", ""),
    ]);
    for folder in ["shop", "shop/src"] {
        let check = run(cargo_onward().arg("check").current_dir(place.path(folder))).exits(0);
        assert_eq!(check.out, "1 migration: 0 errors, 0 warnings\n");
    }
}

#[test]
fn colours_are_for_terminals() {
    let place = Place::with(&[("migrations/0001_notes.sql", "CREATE TABLE notes (id, id);\n")]);
    for args in
        [&["check"][..], &["lock"], &["status", "missing.db"], &["new", "../x"], &["--help"], &["bogus"]]
    {
        let ran = place.onward(args);
        assert!(
            !ran.out.contains('\u{1b}') && !ran.err.contains('\u{1b}'),
            "{args:?}: {}{}",
            ran.out,
            ran.err
        );
    }
    // There are some, for whoever asks for them in the way that all tools understand; never in JSON.
    for (args, colours) in [(&["check"][..], true), (&["check", "--format", "json"], false)] {
        let mut command = cargo_onward();
        command.args(args).current_dir(place.0.path()).env("CLICOLOR_FORCE", "1").env_remove("NO_COLOR");
        let output = command.output().unwrap();
        assert_eq!(output.stdout.contains(&0x1b), colours, "{args:?}");
    }
}

#[test]
fn cargo_finds_the_command() {
    let place = Place::with(&[("migrations/0001_notes.sql", "SELEC 1;\n")]);
    let command = cargo_onward();
    let folder = Path::new(command.get_program()).parent().unwrap();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path =
        std::env::join_paths([folder.to_owned()].into_iter().chain(std::env::split_paths(&path))).unwrap();
    let ran = run(Command::new(env!("CARGO"))
        .args(["onward", "check"])
        .current_dir(place.0.path())
        .env("PATH", path));
    assert!(ran.exits(1).out.contains("syntax_error"));
}

// Commands that do what a program does.

#[test]
fn a_database_is_verified_rehearsed_and_brought_up_to_date() {
    let place = Place::with_sample();
    let before = fs::read(place.path("app.db")).unwrap();
    assert_eq!(place.onward(&["verify", "app.db"]).exits(0).out, "the schema is what the ledger says\n");
    assert_eq!(place.onward(&["rehearse", "app.db"]).exits(0).out, "nothing is pending\n");
    place.write(
        "migrations/0011_notes.sql",
        "-- onward: foreign_keys(on)\nALTER TABLE jobs ADD COLUMN note TEXT;\nDELETE FROM jobs;\n",
    );
    let out = place.onward(&["rehearse", "app.db", "migrations"]).exits(0).out;
    assert!(out.contains("0011  notes") && out.contains("1 migration in "), "{out}");
    assert!(fs::read(place.path("app.db")).unwrap() == before, "a rehearsal has changed the database");
    let out = place.onward(&["apply", "app.db"]).exits(0).out;
    assert!(out.contains("0011  notes") && out.contains("applied 1 migration in "), "{out}");
    assert_eq!(place.onward(&["apply", "app.db"]).exits(0).out, "up to date at 0011 notes (11 migrations)\n");
    let out = place.onward(&["apply", "new.db"]).exits(0).out;
    assert!(out.contains("applied 11 migrations"), "{out}");

    let conn = Connection::open(place.path("app.db")).unwrap();
    conn.execute_batch("ALTER TABLE jobs ADD COLUMN mine TEXT").unwrap();
    let out = place.onward(&["verify", "app.db"]).exits(1).out;
    assert!(out.starts_with("  table `jobs`: column `mine` should not be there\n"), "{out}");
    assert!(place.onward(&["apply", "--help"]).exits(0).out.contains("is not known here: it does not run"));
}

#[test]
fn what_fails_in_a_command_says_so_and_changes_nothing() {
    let files = [
        ("migrations/0001_jobs.sql", "CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);"),
        ("migrations/0002_unique.sql", "\nCREATE UNIQUE INDEX one ON jobs(state);"),
    ];
    let place = Place::with(&files[..1]);
    place.onward(&["apply", "app.db"]).exits(0);
    let conn = Connection::open(place.path("app.db")).unwrap();
    conn.execute_batch("INSERT INTO jobs(state) VALUES ('a'), ('a')").unwrap();
    place.write(files[1].0, files[1].1);
    let before = fs::read(place.path("app.db")).unwrap();
    for command in ["apply", "rehearse"] {
        let err = place.onward(&[command, "app.db"]).exits(1).err;
        assert!(
            err.starts_with("error: ") && err.contains("  migrations/0002_unique.sql:2:1: UNIQUE"),
            "{err}"
        );
    }
    place.onward(&["verify", "missing.db"]).exits(2);
    place.onward(&["revert", "missing.db", "1"]).exits(2);
    place.onward(&["adopt", "missing.db"]).exits(2);
    assert!(!place.path("missing.db").exists());
    // A folder with errors is not run.
    place.write("migrations/0003_broken.sql", "ALTER TABLE nowhere ADD COLUMN a;");
    for command in
        [&["apply", "app.db"][..], &["verify", "app.db"], &["rehearse", "app.db"], &["adopt", "app.db"]]
    {
        let ran = place.onward(command).exits(1);
        assert!(ran.out.contains("= note: unknown_table"), "{}", ran.out);
        assert!(ran.err.contains("a history with errors is not run; nothing was done"), "{}", ran.err);
    }
    place.onward(&["apply", "app.db", "nowhere"]).exits(2);
    assert!(fs::read(place.path("app.db")).unwrap() == before);
}

#[test]
fn migrations_are_taken_back() {
    let place = Place::with(&[
        ("migrations/0001_jobs.up.sql", "CREATE TABLE jobs(id INTEGER PRIMARY KEY);"),
        ("migrations/0001_jobs.down.sql", "DROP TABLE jobs;"),
        ("migrations/0002_state.up.sql", "ALTER TABLE jobs ADD COLUMN state TEXT;"),
        ("migrations/0002_state.down.sql", "-- back\nALTER TABLE jobs DROP COLUMN state;"),
        ("migrations/0003_log.up.sql", "CREATE TABLE log(id);"),
    ]);
    place.onward(&["apply", "app.db"]).exits(0);
    let err = place.onward(&["revert", "app.db", "1"]).exits(1).err;
    assert!(err.contains("migrations/0003_log.up.sql cannot be taken back: it has no down file"), "{err}");
    place.onward(&["revert", "app.db", "9"]).exits(2);
    place.write("migrations/0003_log.down.sql", "DROP TABLE log;");
    let out = place.onward(&["revert", "app.db", "0001"]).exits(0).out;
    assert!(out.contains("took back 2 migrations"), "{out}");
    assert!(place.onward(&["status", "app.db"]).exits(0).out.ends_with("2 of 3 pending\n"));
    let out = place.onward(&["revert", "app.db", "0", "migrations"]).exits(0).out;
    assert!(out.contains("0001  jobs") && out.contains("took back 1 migration "), "{out}");
}

#[test]
fn a_database_without_a_ledger_is_taken_over() {
    let jobs = "CREATE TABLE jobs(id INTEGER PRIMARY KEY);";
    let place = Place::with(&[
        ("migrations/0001_jobs.sql", jobs),
        (
            "migrations/0002_state.sql",
            "ALTER TABLE jobs ADD COLUMN state TEXT; CREATE INDEX by_state ON jobs(state);",
        ),
    ]);
    for (db, sql) in
        [("exact.db", jobs), ("grown.db", "CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT)")]
    {
        Connection::open(place.path(db)).unwrap().execute_batch(sql).unwrap();
    }
    let err = place.onward(&["apply", "exact.db"]).exits(1).err;
    assert!(err.contains("has no ledger of migrations"), "{err}");
    place.onward(&["rehearse", "exact.db"]).exits(1);
    let out = place.onward(&["rehearse", "exact.db", "--adopt", "exact"]).exits(0).out;
    assert!(out.contains("0002  state"), "{out}");
    let out = place.onward(&["adopt", "exact.db"]).exits(0).out;
    assert!(out.starts_with("taken over with 1 migration\n") && out.contains("applied 1 migration"), "{out}");
    let err = place.onward(&["adopt", "grown.db"]).exits(1).err;
    assert!(err.contains("index `by_state` is missing"), "{err}");
    let out = place.onward(&["adopt", "grown.db", "migrations", "--how", "reconcile"]).exits(0).out;
    assert_eq!(out, "taken over with 2 migrations\nup to date at 0002 state (2 migrations)\n");
    let out = place.onward(&["status", "grown.db"]).exits(0).out;
    assert!(out.contains("1  jobs   adopted 2") && out.ends_with("up to date\n"), "{out}");
}
