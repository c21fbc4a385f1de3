//! An `onward.lock` that cannot be used.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::rule::Rule;
use crate::file::Place;
use crate::folder::lock::FILE_NAME;

/// `bad_lock_file`
pub static RULE: Rule = Rule::error("bad_lock_file", "onward.lock is as `cargo onward lock` wrote it")
    .effect("An edit of a released migration would go unnoticed until a database refuses to start.")
    .examples(
        "-- onward.lock
<<<<<<< HEAD
-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);",
        "-- onward.lock
format = 1
-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);",
    );

pub(crate) fn diagnose(place: Place, problem: &str) -> Diagnostic {
    Diagnostic::new(&RULE, place, format!("{FILE_NAME} cannot be used: {problem}"))
        .label("here")
        .note("without it, an edit of a released migration would go unnoticed until a database refuses to start")
        .help(
            "restore the file from version control; after a merge, take the side whose files kept their numbers, and \
             run `cargo onward lock` once the others come after them",
        )
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::codes;

    #[test]
    fn merge_conflicts_and_edits() {
        let with = |text| codes(&[("1_a.sql", "SELECT 1"), ("onward.lock", text)]);
        assert_eq!(with("<<<<<<< HEAD\nformat = 1\n"), ["bad_lock_file onward.lock:1:1"]);
        assert_eq!(with("format = 1\n[[migration]]\nversion = 1\n"), ["bad_lock_file onward.lock:2:1"]);
        assert_eq!(with("format = 1\n\n[[migratoin]]\nversion = 1\n"), ["bad_lock_file onward.lock:3:3"]);
        assert_eq!(with("format = 0\n"), ["bad_lock_file onward.lock:1:10"]);
        assert_eq!(with("format = 1\n"), [""; 0]);
    }
}
