//! A migration without a statement, such as `cargo onward new` makes.
//!
//! It runs all the same, and once it has, the statements that are written into it later are an edit.

use super::Rule;
use crate::diagnostic::Diagnostic;
use crate::history::History;

/// `empty_migration`
pub static RULE: Rule = Rule::warning("empty_migration", "a migration has a statement")
    .effect("Databases on which it runs empty refuse it once it has statements.")
    .examples(
        "-- 0001_jobs.sql
-- to be written",
        "-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);",
    );

pub(super) fn check(history: &History) -> impl Iterator<Item = Diagnostic> + '_ {
    history.migrations.iter().filter(|migration| migration.statements.is_empty()).map(|migration| {
        let path = &history.files.get(migration.file).path;
        Diagnostic::new(&RULE, migration.file.start(), format!("`{path}` has no statements"))
            .note("databases on which it runs like this refuse it once it has some")
            .help("write its statements before the application runs, or remove the file")
    })
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::codes;

    #[test]
    fn no_statement_is_a_warning() {
        for text in ["", "-- add archived\n", ";;", "/* later */"] {
            let found = codes(&[("1_a.sql", "SELECT 1;"), ("2_b.sql", text)]);
            assert_eq!(found, ["empty_migration 2_b.sql:1:1"], "{text}");
        }
    }
}
