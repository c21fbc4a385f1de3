//! `cargo onward check` and what goes with it, as a user runs it.

use std::fs;
use std::path::Path;
use std::process::Command;

use onward_tests::cargo_onward;
use onward_tests::command::{Place, run};

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
fn shells_complete_the_commands() {
    let place = Place::empty();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = place.onward(&["completions", shell]).exits(0).out;
        assert!(
            ["allow-http", "fleet", "max-failures", "rehearse", "workspace"]
                .iter()
                .all(|word| script.contains(word)),
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
