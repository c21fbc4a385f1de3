//! `cargo onward new`.

use std::process::Stdio;

use onward_tests::cargo_onward;
use onward_tests::command::Place;

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
