//! `cargo onward` with a folder of migrations, as a user runs it.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use onward_tests::cargo_onward;
use onward_tests::command::{Place, run};

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
        let place = Place::empty();
        there.iter().for_each(|path| place.write(&format!("migrations/{path}"), "SELECT 1;\n"));
        let made: Vec<_> = made.into_iter().map(|path| format!("migrations/{path}")).collect();
        assert_eq!(place.new_beside("tags"), made);
        // What is made is part of a history that builds, once it has statements.
        place.onward(&["check"]).exits(1);
        made.iter().for_each(|path| place.write(path, "SELECT 1;\n"));
        place.onward(&["check"]).exits(0);
        there.iter().for_each(|path| assert_eq!(place.read(&format!("migrations/{path}")), "SELECT 1;\n"));
    }
}

/// The first ten minutes: what `new` has made does not run before it is written, so that it can still be written.
#[test]
fn what_new_has_made_runs_only_once_it_is_written() {
    let place =
        Place::with(&[("migrations/0001_notes.sql", "CREATE TABLE notes(id INTEGER PRIMARY KEY);\n")]);
    place.onward(&["apply", "app.db"]).exits(0);
    let made = place.new_beside("tags").remove(0);
    let ran = place.onward(&["apply", "app.db"]).exits(1);
    assert!(ran.out.contains("error: `0002_tags.sql` has no statements"), "{}", ran.out);
    // The next one is still numbered after it.
    assert_eq!(place.new_beside("more"), ["migrations/0003_more.sql"]);
    place.remove("migrations/0003_more.sql");
    place.write(&made, "CREATE TABLE tags(id INTEGER PRIMARY KEY);\n");
    place.onward(&["apply", "app.db"]).exits(0);
    place.onward(&["status", "app.db"]).exits(0);
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
            files.iter().for_each(|path| place.write(path, "SELECT 1;\n"));
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
    [first, second].iter().for_each(|files| place.write(&files[0], "SELECT 1;\n"));
    place.onward(&["check"]).exits(0);

    let future = Place::with(&[("migrations/29991231235959_notes.sql", "")]);
    let ran = future.onward(&["new", "tags"]).exits(2);
    assert!(ran.err.contains("is dated in the future"), "{}", ran.err);
    assert_eq!(future.files("migrations").len(), 1);
}

#[test]
fn new_begins_a_history() {
    let place = Place::empty();
    let ran = place.onward(&["new", "add notes-and tags"]).exits(0);
    assert_eq!(ran.out.replace('\\', "/"), "migrations/0001_add_notes_and_tags.sql\n");
    assert_eq!(place.read("migrations/0001_add_notes_and_tags.sql"), "-- add notes and tags\n");
    place.write("migrations/0001_add_notes_and_tags.sql", "CREATE TABLE notes(id INTEGER PRIMARY KEY);\n");
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

/// An added file that cargo does not see is the first thing that everybody meets.
#[test]
fn without_a_build_script_new_says_what_to_write() {
    let place = Place::empty();
    place.write("Cargo.toml", "[package]\nname = \"shop\"\n");
    let said = place.onward(&["new", "tags"]).exits(0).err;
    assert!(
        said.contains(
            "build.rs with\n\nfn main() {\n    println!(\"cargo::rerun-if-changed=migrations\");\n}\n"
        ),
        "{said}"
    );
    place.write("build.rs", "fn main() {}");
    place.write("migrations/0001_tags.sql", "SELECT 1;\n");
    assert_eq!(place.onward(&["new", "items"]).exits(0).err, "");
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
    let place = Place::empty();
    let spawn = |_| {
        cargo_onward()
            .args(["new", "tags"])
            .current_dir(place.folder())
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
    assert!(ran.out.contains("2 migrations: 0 errors, 0 warnings"), "{}", ran.out);
    place.write("migrations/onward.toml", "[levels]\ndata_dropped = \"warn\"\n");
    let ran = place.onward(&["check"]).exits(0);
    assert!(ran.out.contains("2 migrations: 0 errors, 1 warning"), "{}", ran.out);
    place.write("migrations/onward.toml", "[levels]\ndata_dropped = \"deny\"\n");
    let ran = place.onward(&["check", "--format", "json"]).exits(1);
    assert!(ran.out.contains(r#""severity":"error""#), "{}", ran.out);
    place.write("migrations/onward.toml", "[levels]\ndata_dropped = \"allow\"\n");
    let ran = place.onward(&["check"]).exits(0);
    assert!(ran.out.contains("2 migrations: 0 errors, 0 warnings"), "{}", ran.out);
}

#[test]
fn what_is_released_is_counted_and_shown_when_asked_for() {
    let released = "CREATE TABLE notes (id INT PRIMARY KEY, body TEXT);\n";
    let place = Place::with(&[("migrations/0001_notes.sql", released)]);
    let before = place.onward(&["check"]).exits(0);
    assert!(before.out.contains("key_without_numbers") && !before.out.contains("released"), "{}", before.out);
    place.onward(&["lock"]).exits(0);
    place.write("migrations/0002_index.sql", "CREATE UNIQUE INDEX one ON notes(body);\n");
    let ran = place.onward(&["check"]).exits(0);
    assert!(
        !ran.out.contains("key_without_numbers") && ran.out.contains("failure_with_some_rows"),
        "{}",
        ran.out
    );
    let line = "1 warning about released migrations not shown: `cargo onward check --verbose` shows all\n";
    assert!(
        ran.out.contains("2 migrations: 0 errors, 2 warnings\n") && ran.out.ends_with(line),
        "{}",
        ran.out
    );
    let all = place.onward(&["check", "--verbose"]).exits(0);
    assert!(all.out.contains("key_without_numbers") && !all.out.contains("not shown"), "{}", all.out);
    // Programs get every one.
    let json = place.onward(&["check", "--format", "json"]).exits(0);
    assert_eq!(json.out.lines().count(), 2, "{}", json.out);
}

#[test]
fn the_page_of_checks_is_the_one_in_docs() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/checks.md");
    let ran = Place::empty().onward(&["checks"]).exits(0);
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
    place.write("shop/migrations/0002_items.sql", "CREATE TABLE items(id INTEGER PRIMARY KEY);\n");
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
fn the_folder_of_a_package_stands_for_its_migrations() {
    let place = workspace();
    for (folder, migrations) in
        [("crates/shop", "crates/shop/migrations/"), ("crates/mail", "crates/mail/db/history/")]
    {
        let checked = place.onward(&["check", folder]).exits(0);
        assert_eq!(checked.out, "1 migration: 0 errors, 0 warnings\n", "{folder}");
        let made = place.onward(&["new", "tags", folder]).exits(0).out.replace('\\', "/");
        assert_eq!(made, format!("{migrations}0002_tags.sql\n"));
        place.write(made.trim(), "CREATE TABLE tags (id INTEGER PRIMARY KEY);\n");
        place.onward(&["apply", "app.db", folder]).exits(0);
        place.onward(&["status", "app.db", folder]).exits(0);
        place.remove("app.db");
    }
    let made = place.onward(&["new", "tags", "crates/plain"]).exits(0).out.replace('\\', "/");
    assert_eq!(made, "crates/plain/migrations/0001_tags.sql\n");
    // A folder with migrations beside its Cargo.toml is meant itself.
    place.remove("crates/plain/migrations/0001_tags.sql");
    place.write("crates/plain/0001_notes.sql", "CREATE TABLE notes (id INTEGER PRIMARY KEY, id TEXT);\n");
    place.onward(&["check", "crates/plain"]).exits(1);
    place.remove("crates/plain/0001_notes.sql");
    place.write("crates/plain/0001_notes/up.sql", "CREATE TABLE notes (id INTEGER PRIMARY KEY);\n");
    let made = place.onward(&["new", "more", "crates/plain"]).exits(0).out.replace('\\', "/");
    assert_eq!(made, "crates/plain/0002_more/up.sql\n");
}

/// Two packages with migrations, one of them in a folder of its own choice, and one without.
fn workspace() -> Place {
    let manifest =
        |name: &str, more: &str| format!("[package]\nname = \"{name}\"\nedition = \"2024\"\n{more}");
    Place::with(&[
        ("Cargo.toml", "[workspace]\nresolver = \"3\"\nmembers = [\"crates/*\"]\n"),
        ("crates/shop/Cargo.toml", &manifest("shop", "")),
        ("crates/shop/src/lib.rs", ""),
        ("crates/shop/migrations/0001_orders.sql", "CREATE TABLE orders (id INTEGER PRIMARY KEY);\n"),
        (
            "crates/mail/Cargo.toml",
            &manifest("mail", "[package.metadata.onward]\nmigrations = \"db/history\"\n"),
        ),
        ("crates/mail/src/lib.rs", ""),
        ("crates/mail/db/history/0001_mails.sql", "CREATE TABLE mails (id INTEGER PRIMARY KEY);\n"),
        ("crates/plain/Cargo.toml", &manifest("plain", "")),
        ("crates/plain/src/lib.rs", ""),
    ])
}

#[test]
fn at_the_root_of_a_workspace_the_package_has_to_be_named() {
    let place = workspace();
    for folder in [".", "crates"] {
        for args in [&["new", "tags"][..], &["check"], &["apply", "app.db"]] {
            let err = run(cargo_onward().args(args).current_dir(place.path(folder))).exits(2).err;
            let words = ["name the package with `-p`", "`mail` (", "db/history)", "`plain`,", "`shop` ("];
            assert!(words.iter().all(|word| err.replace('\\', "/").contains(word)), "{args:?}: {err}");
        }
    }
    assert!(!place.path("migrations").exists() && !place.path("crates/migrations").exists());

    let made = |args: &[&str]| place.onward(args).exits(0).out.replace('\\', "/");
    assert_eq!(made(&["new", "tags", "-p", "mail"]), "crates/mail/db/history/0002_tags.sql\n");
    assert_eq!(made(&["new", "first", "--package", "plain"]), "crates/plain/migrations/0001_first.sql\n");
    place.write("crates/mail/db/history/0002_tags.sql", "CREATE TABLE tags (id INTEGER PRIMARY KEY);\n");
    let out = place.onward(&["apply", "mail.db", "-p", "mail"]).exits(0).out;
    assert!(out.contains("0002  tags"), "{out}");
    let err = place.onward(&["check", "-p", "nowhere"]).exits(2).err;
    assert!(
        err.contains("no package of this workspace is called `nowhere`") && err.contains("`shop`"),
        "{err}"
    );
    place.onward(&["check", "migrations", "-p", "shop"]).exits(2);
    // A folder that is there is meant, as before.
    place.write("migrations/0001_notes.sql", "CREATE TABLE notes (id INTEGER PRIMARY KEY);\n");
    assert_eq!(made(&["new", "tags"]), "migrations/0002_tags.sql\n");
}

#[test]
fn a_whole_workspace_is_checked_and_locked() {
    let place = workspace();
    let onward = |args: &[&str], code| {
        let ran = place.onward(args).exits(code);
        (ran.out.replace('\\', "/"), ran.err)
    };
    let out = onward(&["check", "--workspace"], 0).0;
    let sound = "1 migration: 0 errors, 0 warnings\n";
    assert_eq!(out, format!("crates/mail/db/history:\n{sound}crates/shop/migrations:\n{sound}"));
    onward(&["lock", "--check", "--workspace"], 1);
    onward(&["lock", "--workspace"], 0);
    onward(&["lock", "--check", "--workspace"], 0);
    assert!(place.path("crates/mail/db/history/onward.lock").exists());

    // One that is wrong decides, and the others are checked all the same.
    place.write("crates/mail/db/history/0002_tags.sql", "CREATE TABLE tags (id, id);\n");
    place.write("crates/shop/migrations/0002_tags.sql", "CREATE TABLE tags (id, id);\n");
    assert!(onward(&["check", "--workspace"], 1).0.matches("1 error, ").count() == 2);
    for format in ["json", "github", "sarif"] {
        let out = onward(&["check", "--workspace", "--format", format], 1).0;
        for path in ["crates/mail/db/history/0002_tags.sql", "crates/shop/migrations/0002_tags.sql"] {
            assert!(out.contains(path), "{out}");
        }
    }
    let (out, err) = onward(&["lock", "--workspace"], 1);
    assert!(out.contains("0002_tags.sql") && err.matches("is not locked").count() == 2, "{out}{err}");
    onward(&["check", "--workspace", "-p", "shop"], 2);
    onward(&["apply", "app.db", "--workspace"], 2);
}

#[test]
fn shells_complete_the_commands() {
    let place = Place::empty();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = place.onward(&["completions", shell]).exits(0).out;
        assert!(
            ["fleet", "max-failures", "rehearse", "workspace"].iter().all(|word| script.contains(word)),
            "{shell}"
        );
    }
    place.onward(&["completions", "dos"]).exits(2);
    // As a shell goes about it, where there is one.
    place.write("complete.bash", &place.onward(&["completions", "bash"]).exits(0).out);
    let asked = "source complete.bash; COMP_WORDS=(cargo-onward re); COMP_CWORD=1; \
                 $(complete -p cargo-onward | sed 's/.*-F \\([^ ]*\\).*/\\1/') cargo-onward re cargo-onward; \
                 echo \"${COMPREPLY[@]}\"";
    match Command::new("bash").args(["-c", asked]).current_dir(place.folder()).output() {
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stdout);
            let words: Vec<&str> = said.split_whitespace().collect();
            assert_eq!(words, ["release", "rehearse", "revert", "restore"], "{output:?}");
        }
        Err(error) => println!("no bash here, so that its script was not run: {error}"),
    }
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
        command.args(args).current_dir(place.folder()).env("CLICOLOR_FORCE", "1").env_remove("NO_COLOR");
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
        .current_dir(place.folder())
        .env("PATH", path));
    assert!(ran.exits(1).out.contains("syntax_error"));
}
