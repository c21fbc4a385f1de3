//! Files of two layouts in one folder: half of them may have been meant for another tool.

use crate::checks::words::others;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::rule::Rule;
use crate::file::FileId;
use crate::folder::layout::Layout;

/// `mixed_layouts`
pub static RULE: Rule = Rule::error("mixed_layouts", "a folder keeps to one layout")
    .about_files()
    .effect("Which files run, and in which order, depends on the tool that reads the folder.")
    .examples(
        "-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);
-- V2__queues.sql
CREATE TABLE queues(id INTEGER);
-- 0003_due.sql
ALTER TABLE jobs ADD due;",
        "-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);
-- 0002_queues.sql
CREATE TABLE queues(id INTEGER);",
    );

/// One fault of these files, which are of one layout.
pub(crate) fn diagnose(file: FileId, paths: &[String], layout: Layout, most: &str) -> Diagnostic {
    let message = format!("`{}` is named like `{layout}`, but the other migrations like `{most}`", paths[0]);
    let diagnostic = Diagnostic::new(&RULE, file.start(), message);
    let diagnostic = others(&paths[1..]).into_iter().fold(diagnostic, Diagnostic::note);
    let them = if paths.len() == 1 { "it" } else { "them" };
    diagnostic.help(match layout {
        Layout::UpDown => format!(
            "name {them} like `{most}`; or, to have down migrations, name all files like `{layout}` and `0001_name.down.sql`, which \
             changes no checksum"
        ),
        _ => format!("name {them} like `{most}`"),
    })
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::codes;

    #[test]
    fn what_most_files_do_is_right() {
        let found = codes(&[("1_a.sql", "SELECT 1"), ("2_b.sql", "SELECT 1"), ("V3__c.sql", "SELECT 1")]);
        assert_eq!(found, ["mixed_layouts V3__c.sql:1:1"]);
        assert_eq!(
            codes(&[("1_a.up.sql", "SELECT 1"), ("2_b.sql", "SELECT 1"), ("3_c.sql", "SELECT 1")]),
            ["mixed_layouts 1_a.up.sql:1:1"]
        );
    }

    #[test]
    fn numbers_and_timestamps_are_one_layout() {
        assert_eq!(codes(&[("1_a.sql", "SELECT 1"), ("20260101120000_b.sql", "SELECT 1")]), [""; 0]);
    }
}
