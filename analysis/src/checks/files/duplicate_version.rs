//! Two migrations with the same version: which one runs first would depend on the file system.

use onward_core::version::digits;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::rule::Rule;
use crate::file::FileId;
use crate::folder::history::{History, Migration};
use crate::folder::layout::{Layout, parse};

/// `duplicate_version`
pub static RULE: Rule = Rule::error("duplicate_version", "every migration has its own version")
    .about_files()
    .effect("Nobody knows which of the two a database has run.")
    .examples(
        "-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);
-- 0001_queues.sql
CREATE TABLE queues(id INTEGER);",
        "-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);
-- 0002_queues.sql
CREATE TABLE queues(id INTEGER);",
    );

pub(crate) fn diagnose(history: &History, file: FileId, earlier: &Migration) -> Diagnostic {
    let path = |file| &history.files.get(file).path;
    let version = earlier.version;
    // The ledger's number of one that is none, has parts or does not rise, would say nothing.
    let has_parts = history.layout == Some(Layout::Prefixed) && earlier.label.contains(['.', '_']);
    let is_own = digits(&earlier.label) == version.to_string() && !has_parts;
    let written = if is_own { version.to_string() } else { format!("`{}`", earlier.label) };
    let next = match history.layout {
        Some(Layout::Prefixed) => history.migrations.iter().filter_map(first_part).max(),
        _ => history.migrations.iter().map(|migration| migration.version).max(),
    };
    let help = match next.unwrap_or(version).checked_add(1) {
        Some(free) => format!("rename the newer of the two, for example to version {free}"),
        None => "rename one of the two".to_owned(),
    };
    // Most tools refuse them as well; some go by the whole name.
    let help = match history.layout {
        Some(Layout::Plain) => format!(
            "{help}; where both were released and run in the order of their names, write `order = \"name\"` into onward.toml"
        ),
        _ => help,
    };
    let diagnostic = Diagnostic::new(
        &RULE,
        file.start(),
        format!("`{}` and `{}` both have version {written}", path(earlier.file), path(file)),
    )
    .related(earlier.file.start(), "the other one")
    .help(help);
    let is_written_alike = parse(path(file)).is_ok_and(|name| name.label == earlier.label);
    match has_parts && !is_written_alike {
        true => diagnostic.note("Flyway compares part by part, and zeros at the end are nothing"),
        false => diagnostic,
    }
}

/// The number before the first dot of a version.
fn first_part(migration: &Migration) -> Option<i64> {
    migration.label.split(['.', '_']).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::codes;

    #[test]
    fn leading_zeros_make_no_difference() {
        let found = codes(&[("0001_a.sql", "SELECT 1"), ("001_b.sql", "SELECT 1"), ("2_c.sql", "SELECT 1")]);
        assert_eq!(found, ["duplicate_version 001_b.sql:1:1"]);
    }

    /// Flyway compares part by part, and zeros at the end are nothing.
    #[test]
    fn versions_with_parts_are_told_as_they_are_written() {
        let files = [("V1.0__a.sql", "SELECT 1"), ("V1__b.sql", "SELECT 1"), ("V1.2.3__c.sql", "SELECT 1")];
        let found = crate::checks::testing::folder(&files).diagnostics;
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].message, "`V1.0__a.sql` and `V1__b.sql` both have version `1.0`");
        assert_eq!(found[0].help, "rename the newer of the two, for example to version 2");
    }

    #[test]
    fn by_name_both_run() {
        let files = [("0001_b.sql", "CREATE TABLE b(x);"), ("001_a.sql", "CREATE TABLE a(x);")];
        assert_eq!(codes(&files), ["duplicate_version 001_a.sql:1:1"]);
        let found =
            crate::checks::testing::folder(&[files[0], files[1], ("onward.toml", "order = \"name\"")]);
        assert!(!found.has_errors(), "{:?}", found.diagnostics);
        let names: Vec<_> =
            found.history.migrations.iter().map(|found| (found.version, found.name.as_str())).collect();
        assert_eq!(names, [(1, "b"), (2, "a")]);
    }

    #[test]
    fn up_and_down_are_one() {
        assert_eq!(codes(&[("1_a.up.sql", "SELECT 1"), ("1_a.down.sql", "SELECT 1")]), [""; 0]);
    }
}
