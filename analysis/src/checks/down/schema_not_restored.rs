//! A down file that does not give back the schema which its way forward started from.
//!
//! Only `revert` runs it, so it is a warning. The order of columns does not count: SQLite adds a column at the end only.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::rule::Rule;
use crate::folder::history::History;
use crate::replay::{Back, Replay};

/// `schema_not_restored`
pub static RULE: Rule =
    Rule::warning("schema_not_restored", "a down migration restores the schema before its migration")
        .allowable()
        .effect(
            "After the down migration the schema is not what it was, and the migration may not run again.",
        )
        .examples(
            "-- 0001_jobs.up.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);
CREATE INDEX by_state ON jobs(state);
-- 0001_jobs.down.sql
DROP INDEX by_state;",
            "-- 0001_jobs.up.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);
CREATE INDEX by_state ON jobs(state);
-- 0001_jobs.down.sql
DROP TABLE jobs;",
        );

/// More differences than these are not told.
const MOST: usize = 5;

pub(crate) fn check<'a>(history: &'a History, replay: &'a Replay) -> impl Iterator<Item = Diagnostic> + 'a {
    replay.downs.iter().filter_map(|down| {
        let Back::Differs(differences) = &down.what else { return None };
        let migration = &history.migrations[down.migration];
        let place = migration.down?.at(migration.down_statements.first()?.range.clone());
        let path = &history.files.get(migration.file).path;
        let message = format!("the down migration does not restore the schema before `{path}`");
        let diagnostic = Diagnostic::new(&RULE, place, message)
            .label("after this file")
            .help("take back what the migration does, or remove the file");
        let notes = differences.iter().take(MOST).map(String::as_str);
        Some(notes.fold(diagnostic, Diagnostic::note))
    })
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::{codes, folder};

    const FIRST: (&str, &str) =
        ("0001_jobs.up.sql", "CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);");
    const UP: (&str, &str) =
        ("0002_due.up.sql", "ALTER TABLE jobs ADD COLUMN due TEXT; CREATE INDEX by_state ON jobs(state);");

    #[test]
    fn the_difference_is_printed() {
        let found = folder(&[FIRST, UP, ("0002_due.down.sql", "DROP INDEX by_state;")]);
        assert_eq!(found.diagnostics.len(), 1, "{:?}", found.diagnostics);
        assert_eq!(found.diagnostics[0].notes, ["table `jobs`: column `due` should not be there"]);
        assert!(!found.has_errors());
    }

    #[test]
    fn a_column_that_comes_back_as_another() {
        let up = ("0002_gone.up.sql", "ALTER TABLE jobs DROP COLUMN state;");
        let down = ("0002_gone.down.sql", "ALTER TABLE jobs ADD COLUMN state INTEGER;");
        let found = folder(&[FIRST, up, down]);
        assert_eq!(found.diagnostics.len(), 1, "{:?}", found.diagnostics);
        assert_eq!(found.diagnostics[0].rule.code, "schema_not_restored");
        assert_eq!(found.diagnostics[0].notes, ["table `jobs`: column `state` should be TEXT, is INTEGER"]);
    }

    #[test]
    fn silent_where_only_the_order_differs() {
        let down = "DROP INDEX by_state; ALTER TABLE jobs DROP COLUMN due;";
        assert_eq!(codes(&[FIRST, UP, ("0002_due.down.sql", down)]), [""; 0]);
        let first = ("0001_jobs.up.sql", "CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT, due TEXT);");
        let up = ("0002_gone.up.sql", "ALTER TABLE jobs DROP COLUMN state;");
        let down = "ALTER TABLE jobs ADD COLUMN state TEXT;";
        assert_eq!(codes(&[first, up, ("0002_gone.down.sql", down)]), [""; 0]);
        let up = ("0002_gone.up.sql", "ALTER TABLE jobs DROP COLUMN state; ALTER TABLE jobs ADD COLUMN due;");
        let down = "ALTER TABLE jobs DROP COLUMN due; ALTER TABLE jobs ADD COLUMN state TEXT;";
        assert_eq!(codes(&[FIRST, up, ("0002_gone.down.sql", down)]), [""; 0]);
    }
}
