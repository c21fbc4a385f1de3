//! An `onward.release` that cannot be used.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::rule::Rule;
use crate::file::Place;
use crate::folder::recorded::FILE_NAME;

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

#[cfg(test)]
mod tests {
    use crate::checks::testing::codes;

    #[test]
    fn merge_conflicts_edits_and_releases_of_another_history() {
        let with = |text| codes(&[("1_a.sql", "SELECT 1"), ("onward.release", text)]);
        assert_eq!(with("<<<<<<< HEAD\nformat = 1\n"), ["bad_release_file onward.release:1:1"]);
        assert_eq!(with("format = 1\nrelease = 3"), ["bad_release_file onward.release:2:11"]);
        assert_eq!(with("format = 1\n[[release]]\nafter = 7"), ["bad_release_file onward.release:3:9"]);
        assert_eq!(with("format = 1\n[[release]]\nafter = 1"), [""; 0]);
    }
}
