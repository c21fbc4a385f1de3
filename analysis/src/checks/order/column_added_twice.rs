//! An ALTER TABLE adds a column that the table has.
//!
//! Mostly the mark of a first migration that was edited after its release, so that it already makes what a later one
//! adds: old databases are fine, and every new one fails with `duplicate column name`.

use onward_core::kind::Kind;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::rule::Rule;
use crate::folder::history::{At, History};
use crate::replay::{Fault, place_of_origin};
use crate::sqlite::message::Cause;

/// `column_added_twice`
pub static RULE: Rule = Rule::error("column_added_twice", "a column is added once")
    .effect("No fresh database starts: SQLite refuses the second statement.")
    .examples(
        "-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);
-- 0002_next.sql
ALTER TABLE jobs ADD COLUMN state TEXT;",
        "-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);
-- 0002_next.sql
ALTER TABLE jobs ADD COLUMN due TEXT;",
    );

pub(crate) fn explain(history: &History, fault: &Fault) -> Option<Diagnostic> {
    let Cause::ColumnExists(name) = &fault.refusal.cause else { return None };
    let Kind::Alter { table, .. } = &history.statement(fault.at).kind else { return None };
    let message = format!("column `{}.{name}` is added, but the table already has it", table.text);
    let diagnostic = Diagnostic::new(&RULE, fault.place(history, name), message).label("duplicate column");
    let Some(since) = fault.since else { return Some(diagnostic.help("remove this ALTER TABLE")) };
    let created = matches!(history.statement(since.at).kind, Kind::Create { .. });
    let diagnostic = diagnostic.related(place_of_origin(history, since.at, name), "created here");
    let file = |at: At| history.migration(at).file;
    let (first, second) = (file(since.at), file(fault.at));
    Some(match created {
        // Whether the first was edited since, its checksum says.
        true if history.is_released(first) && !history.is_released(second) => diagnostic.help(format!(
            "remove this ALTER TABLE; if {0} was edited since its release, take the column out of {0} instead",
            history.path(since.at)
        )),
        false if history.is_released(first) && !history.is_released(second) => {
            diagnostic.help("remove this ALTER TABLE")
        }
        true => diagnostic
            .note("it works on databases made before the CREATE TABLE had the column, and fails on every new one")
            .help(format!("take the column out of {} again, as it was when it was released", history.path(since.at))),
        false => diagnostic.help("remove one of the two"),
    })
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::{folder, history};

    #[test]
    fn an_edited_first_migration() {
        let found = folder(&[
            ("1_a.sql", "CREATE TABLE jobs(id, archived)"),
            ("2_b.sql", "ALTER TABLE jobs ADD archived"),
        ]);
        let diagnostic = &found.diagnostics[0];
        assert_eq!(diagnostic.rule.code, "column_added_twice");
        assert_eq!(found.history.files.text(&diagnostic.related[0].place), "archived");
        assert!(diagnostic.help.contains("1_a.sql"));
    }

    #[test]
    fn what_is_locked_stays() {
        use crate::checks::testing::write;
        use crate::folder::{lock, locked};
        let dir = tempfile::tempdir().unwrap();
        write(dir.path(), "1_a.sql", "CREATE TABLE jobs(id, archived);");
        let history = crate::analyze(dir.path(), crate::Proof::Whole).history;
        write(dir.path(), lock::FILE_NAME, &locked::text(&history));
        write(dir.path(), "2_b.sql", "ALTER TABLE jobs ADD archived;");
        let found = crate::analyze(dir.path(), crate::Proof::Whole).diagnostics;
        assert!(found[0].help.starts_with("remove this ALTER TABLE; if 1_a.sql was edited"), "{found:?}");
    }

    #[test]
    fn added_by_two_alters_and_through_a_rebuild() {
        let add = "ALTER TABLE jobs ADD archived;";
        assert_eq!(history(&["CREATE TABLE jobs(id)", add, add]), ["column_added_twice 0003_m.sql:1:22"]);
        let rebuild = "CREATE TABLE n(id, archived); DROP TABLE jobs; ALTER TABLE n RENAME TO jobs;";
        let found = folder(&[("1_a.sql", "CREATE TABLE jobs(id);"), ("2_b.sql", rebuild), ("3_c.sql", add)]);
        let place = &found.diagnostics[0].related[0].place;
        assert_eq!((found.history.files.position(place).column, found.diagnostics.len()), (20, 1));
    }

    #[test]
    fn silent_when_the_column_went_in_between() {
        let texts = ["CREATE TABLE t(a, b)", "ALTER TABLE t DROP COLUMN b", "ALTER TABLE t ADD b"];
        assert_eq!(history(&texts), [""; 0]);
        assert_eq!(history(&["CREATE TABLE t(a, a)"]), ["sqlite_error 0001_m.sql:1:1"]);
    }
}
