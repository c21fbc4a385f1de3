//! A `.sql` file that is none of the layouts': other tools drop such files silently.

use super::Rule;
use crate::diagnostic::Diagnostic;
use crate::file::FileId;
use crate::layout::BadName;

/// `bad_file_name`
pub static RULE: Rule = Rule::error("bad_file_name", "every .sql file in the folder is named as a migration")
    .about_files()
    .effect("Nobody would run the file; other tools drop such files silently.")
    .examples(
        "-- jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);",
        "-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);",
    );

pub(crate) fn diagnose(file: FileId, path: &str, bad: &BadName) -> Diagnostic {
    Diagnostic::new(&RULE, file.start(), format!("`{path}` is not named as a migration: {}", bad.problem))
        .help(bad.help.clone())
}

pub(crate) fn down_without_up(file: FileId, path: &str) -> Diagnostic {
    Diagnostic::new(&RULE, file.start(), format!("`{path}` takes back a migration that is not there"))
        .help("add the file that goes forward, with the same version, or remove this one")
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::codes;

    #[test]
    fn named_and_not_dropped() {
        assert_eq!(codes(&[("1_a.sql", "SELECT 1"), ("notes.sql", "")]), ["bad_file_name notes.sql:1:1"]);
        assert_eq!(codes(&[("1_a.sql", "SELECT 1"), ("notes.txt", ""), ("mod.rs", "")]), [""; 0]);
    }
}
