//! A CREATE INDEX uses a column that a later statement adds.
//!
//! It works on the developer's database, where the column was there when the index was written, and fails on every
//! database that runs the history in order. With IF NOT EXISTS it even works on some of those: where the index is.

use onward_core::kind::{Change, Kind, ObjectKind};

use crate::diagnostic::Diagnostic;
use crate::diagnostic::rule::Rule;
use crate::folder::history::{At, History};
use crate::replay::{Fault, place_of_origin};
use crate::sqlite::message::Cause;

/// `index_before_column`
pub static RULE: Rule = Rule::error("index_before_column", "an index comes after the columns it uses")
    .effect("No fresh database starts, and the old ones never get the index.")
    .examples(
        "-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);
CREATE INDEX IF NOT EXISTS by_due ON jobs(due);
-- 0002_next.sql
ALTER TABLE jobs ADD COLUMN due TEXT;",
        "-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);
-- 0002_next.sql
ALTER TABLE jobs ADD COLUMN due TEXT;
CREATE INDEX by_due ON jobs(due);",
    );

pub(crate) fn explain(history: &History, fault: &Fault) -> Option<Diagnostic> {
    let Cause::NoColumn { name: column, quoted } = &fault.refusal.cause else { return None };
    let Kind::Create { object: ObjectKind::Index, name, on: Some(table), .. } =
        &history.statement(fault.at).kind
    else {
        return None;
    };
    let made = fault.mended?;
    let message = format!("index `{}` uses `{}.{column}` before the column exists", name.text, table.text);
    let diagnostic = Diagnostic::new(&RULE, fault.place(history, column), message)
        .label("no such column here")
        .related(place_of_origin(history, made, column), added(history, made));
    let diagnostic = match quoted {
        true => diagnostic.note(format!(
            "in double quotes, SQLite by default takes `{column}` for a string and indexes a constant, without a word"
        )),
        false => diagnostic,
    };
    Some(diagnostic.help(help(history, fault.at, made)))
}

/// What the statement that brings a column in does, in two or three words.
pub(crate) fn added(history: &History, made: At) -> &'static str {
    match &history.statement(made).kind {
        Kind::Alter { change: Some(Change::Rename(..)), .. } => "renamed to this here",
        Kind::Alter { change: Some(Change::RenameTable(_)), .. } => "comes with the rebuilt table here",
        Kind::Alter { .. } => "added here",
        _ => "created here",
    }
}

fn help(history: &History, at: At, made: At) -> String {
    if at.migration == made.migration {
        let line = history.files.position(&history.place(made)).line;
        return format!("move the index behind line {line}");
    }
    format!("create the index in {}, after the column", history.path(made))
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::{history, rendered};

    const JOBS: &str = "CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);\n";
    const ADD: &str = "ALTER TABLE jobs ADD COLUMN archived INTEGER NOT NULL DEFAULT 0;";

    #[test]
    fn names_both_places() {
        let index = "CREATE INDEX IF NOT EXISTS idx_jobs_archived ON jobs(archived);\n";
        let files = [
            ("0001_jobs.sql", &*format!("{JOBS}{index}")),
            ("0002_x.sql", "SELECT 1;"),
            ("0003_archive.sql", ADD),
        ];
        assert_eq!(
            rendered(&files),
            "\
error: index `idx_jobs_archived` uses `jobs.archived` before the column exists
 --> migrations/0001_jobs.sql:2:54
  |
2 | CREATE INDEX IF NOT EXISTS idx_jobs_archived ON jobs(archived);
  |                                                      ^^^^^^^^ no such column here
  |
 ::: migrations/0003_archive.sql:1:29
  |
1 | ALTER TABLE jobs ADD COLUMN archived INTEGER NOT NULL DEFAULT 0;
  |                             -------- added here
  |
  = note: index_before_column
  = help: create the index in 0003_archive.sql, after the column"
        );
    }

    #[test]
    fn all_forms_of_an_index() {
        for (index, column) in [
            ("CREATE INDEX i ON jobs(archived)", 24),
            ("CREATE UNIQUE INDEX i ON jobs(archived)", 31),
            ("CREATE INDEX IF NOT EXISTS i ON jobs(archived)", 38),
            ("CREATE INDEX main.i ON jobs(archived)", 29),
            ("CREATE INDEX i ON jobs(state, archived)", 31),
            ("CREATE INDEX i ON jobs(lower(archived) || state)", 30),
            ("CREATE INDEX i ON jobs(state) WHERE archived = 0", 37),
            ("CREATE INDEX i ON jobs(archived COLLATE NOCASE DESC)", 24),
            ("CREATE INDEX i ON jobs(\"archived\")", 24),
            ("CREATE INDEX i ON jobs(`archived`)", 24),
            ("CREATE INDEX i ON jobs([archived])", 24),
            ("CREATE INDEX i ON jobs('archived')", 24),
            ("CREATE INDEX archived ON jobs(ARCHIVED)", 31),
            ("CREATE INDEX i ON \"jobs\"(state) WHERE \"archived\" IS NULL", 39),
        ] {
            let found = history(&[&format!("{JOBS}{index};"), ADD]);
            assert_eq!(found, [format!("index_before_column 0001_m.sql:2:{column}")], "{index}");
        }
    }

    #[test]
    fn all_ways_a_column_arrives() {
        let index = format!("{JOBS}CREATE INDEX i ON jobs(archived);");
        for (later, place, how) in [
            (ADD, "1:29", "added"),
            ("ALTER TABLE jobs ADD archived", "1:22", "added"),
            ("ALTER TABLE jobs RENAME COLUMN state TO archived", "1:41", "renamed to this"),
            ("ALTER TABLE jobs RENAME state TO \"archived\"", "1:34", "renamed to this"),
            ("DROP TABLE jobs; CREATE TABLE jobs(archived)", "1:36", "created"),
            (
                "CREATE TABLE n(x, archived); DROP TABLE jobs; ALTER TABLE n RENAME TO jobs",
                "1:19",
                "comes with the rebuilt table",
            ),
            (
                "CREATE TABLE n(x, archived); INSERT INTO n(archived) VALUES (1); DROP TABLE jobs; ALTER TABLE n RENAME TO jobs",
                "1:19",
                "comes with the rebuilt table",
            ),
            (
                "CREATE TABLE n(x); ALTER TABLE n ADD archived; DROP TABLE jobs; ALTER TABLE n RENAME TO jobs",
                "1:38",
                "comes with the rebuilt table",
            ),
        ] {
            let analysis = crate::checks::testing::folder(&[("0001_a.sql", &index), ("0002_b.sql", later)]);
            assert_eq!(analysis.diagnostics.len(), 1, "{later}: {:?}", analysis.diagnostics);
            let position = analysis.history.files.position(&analysis.diagnostics[0].related[0].place);
            assert_eq!(format!("{}:{}", position.line, position.column), place, "{later}");
            assert_eq!(analysis.diagnostics[0].related[0].message, format!("{how} here"), "{later}");
        }
    }

    #[test]
    fn a_column_that_is_called_as_its_table() {
        let index = "CREATE TABLE state(id); CREATE INDEX i ON state(state);";
        let add = "ALTER TABLE state ADD COLUMN state;";
        let analysis = crate::checks::testing::folder(&[("0001_a.sql", index), ("0002_b.sql", add)]);
        assert_eq!(analysis.diagnostics.len(), 1, "{:?}", analysis.diagnostics);
        assert_eq!(analysis.diagnostics[0].related[0].place.range, 29..34);
    }

    /// Whether the name of the index is taken in between says nothing of its column.
    #[test]
    fn the_name_of_the_index_is_taken_in_between() {
        let other = "CREATE INDEX i ON jobs(state);";
        let rename = "ALTER TABLE jobs RENAME COLUMN id TO archived;";
        for index in ["CREATE INDEX i ON jobs(archived);", "CREATE INDEX IF NOT EXISTS i ON jobs(archived);"]
        {
            let first = format!("{JOBS}{index}");
            let files =
                [("1_a.sql", &*first), ("2_b.sql", other), ("3_c.sql", rename), ("4_d.sql", "DROP INDEX i;")];
            let analysis = crate::checks::testing::folder(&files);
            assert_eq!(analysis.diagnostics.len(), 1, "{:?}", analysis.diagnostics);
            let place = &analysis.diagnostics[0].related[0].place;
            assert_eq!(analysis.history.files.get(place.file).path, "3_c.sql", "{index}");
        }
    }

    #[test]
    fn several_columns_and_several_indexes_are_all_named() {
        let index = "CREATE INDEX i ON jobs(a, b);\nCREATE INDEX j ON jobs(b);";
        let found =
            history(&[&format!("{JOBS}{index}"), "ALTER TABLE jobs ADD a;", "ALTER TABLE jobs ADD b;"]);
        let places = ["2:24", "2:27", "3:24"].map(|place| format!("index_before_column 0001_m.sql:{place}"));
        assert_eq!(found, places);
    }

    #[test]
    fn later_in_the_same_file() {
        let text = rendered(&[("0001_a.sql", &format!("{JOBS}CREATE INDEX i ON jobs(archived);\n{ADD}"))]);
        assert!(text.contains("help: move the index behind line 3"), "{text}");
    }

    #[test]
    fn silent_where_the_column_is_there() {
        assert_eq!(
            history(&[&format!("{JOBS}{ADD}CREATE INDEX i ON jobs(\"archived\") WHERE archived")]),
            [""; 0]
        );
    }

    #[test]
    fn what_builds_on_the_index_is_no_second_fault() {
        let first = format!("{JOBS}CREATE INDEX i ON jobs(archived);");
        assert_eq!(history(&[&first, "DROP INDEX i;", ADD]).len(), 1);
        assert_eq!(history(&[&first, ADD, "DROP INDEX i;"]).len(), 1);
    }
}
