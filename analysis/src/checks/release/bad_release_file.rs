//! An `onward.release` that cannot be used.

use crate::diagnostic::rule::Rule;
use crate::diagnostic::{Diagnostic, Severity};
use crate::file::Place;
use crate::folder::recorded::FILE_NAME;

/// Others are shown up to so many.
const OTHERS: usize = 2;

/// `bad_release_file`
pub static RULE: Rule =
    Rule::error("bad_release_file", "onward.release is as `cargo onward release` wrote it")
        .effect("What breaks the programs that are out there would go unnoticed until it does.")
        .examples(
            "-- onward.release
<<<<<<< HEAD
-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);",
            "-- onward.release
format = 1
-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);",
        );

pub(crate) fn diagnose(place: Place, problem: &str) -> Diagnostic {
    Diagnostic::new(&RULE, place, format!("{FILE_NAME} cannot be used: {problem}"))
        .label("here")
        .note("without it, what breaks released programs would go unnoticed until it does")
        .help("restore the file from version control; after a merge, take the side that was released")
}

/// Of a release whose last migration is not there.
pub(crate) fn of_nothing(place: Place, after: i64) -> Diagnostic {
    diagnose(place, &format!("there is no migration {after}, with which this release ends"))
}

/// Of statements that do not work on the schema that their release ended with.
pub(crate) fn of_its_own(release: &str, why: &str, places: &[Place]) -> Diagnostic {
    let (count, place) = (places.len(), places[0].clone());
    let message = match count {
        1 => format!("a statement of {release} does not work on its own schema: {why}"),
        _ => format!("{count} statements of {release} do not work on its own schema, such as this: {why}"),
    };
    let mut found =
        Diagnostic::new(&RULE, place, message).severity(Severity::Warning).label("such as this one");
    if count == 1 {
        found = found.label("this one");
    }
    for place in places.iter().skip(1).take(OTHERS) {
        found = found.related(place.clone(), "and this one");
    }
    found.note("nothing is said of what newer migrations do to it").help(
        "if it has been edited, restore it from version control; if onward.toml names no longer what it needs, such as a \
         function or an external table, put that back; else remove it",
    )
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::{codes, folder};
    use crate::diagnostic::Severity;

    #[test]
    fn merge_conflicts_edits_and_releases_of_another_history() {
        let with = |text| codes(&[("1_a.sql", "SELECT 1"), ("onward.release", text)]);
        assert_eq!(with("<<<<<<< HEAD\nformat = 1\n"), ["bad_release_file onward.release:1:1"]);
        assert_eq!(with("format = 1\nrelease = 3"), ["bad_release_file onward.release:2:11"]);
        assert_eq!(with("format = 1\n[[release]]\nafter = 7"), ["bad_release_file onward.release:3:9"]);
        assert_eq!(with("format = 1\n[[release]]\nafter = 1"), [""; 0]);
    }

    #[test]
    fn what_cannot_have_run_is_said_once() {
        let with = |statements: &[&str], config: &str| {
            let lines = statements.iter().map(|sql| format!("{{ sql = \"{sql}\", at = \"src/a.rs:1\" }}, "));
            let release = format!(
                "format = 1\n[[release]]\nname = \"1.0\"\nafter = 1\nstatements = [{}]",
                lines.collect::<String>()
            );
            let files = [
                ("1_a.sql", "CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);"),
                ("2_b.sql", "ALTER TABLE jobs ADD COLUMN due TEXT;"),
                ("onward.release", &release),
                ("onward.toml", config),
            ];
            let found = folder(&files).diagnostics;
            assert!(found.iter().all(|found| found.severity == Severity::Warning), "{found:?}");
            found.into_iter().map(|found| found.message).collect::<Vec<_>>()
        };
        let alone = "a statement of release `1.0` does not work on its own schema: ";
        // Whether a new migration is about it or not.
        for (sql, why) in [
            ("SELECT stat FROM jobs", "`jobs` has no column `stat`"),
            ("SELECT id FROM job", "there is no table or view `job`"),
            ("SELECT due FROM jobs", "`jobs` has no column `due`"),
            ("SELECT word(1)", "SQLite has no function `word`"),
            ("", "there is no statement in it"),
            ("SELECT 1; SELECT 2", "there is more than one statement in it"),
        ] {
            assert_eq!(with(&[sql], ""), [format!("{alone}{why}")], "{sql}");
        }
        let several = with(&["SELECT id FROM job", "SELECT id FROM jobs", "SELECT stat FROM jobs"], "");
        assert_eq!(
            several,
            [
                "2 statements of release `1.0` do not work on its own schema, such as this: there is no table or view `job`"
            ]
        );
        for (sql, config) in [
            ("SELECT id AS \\\"id!\\\" FROM jobs WHERE state = :state", ""),
            ("SELECT word(id) FROM jobs", "functions = [\"word\"]"),
            ("SELECT a FROM others JOIN jobs ON id = a", "[external]\nothers = \"a INTEGER\""),
        ] {
            assert_eq!(with(&[sql], config), [""; 0], "{sql}");
        }
    }
}
