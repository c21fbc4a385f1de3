//! A statement other than CREATE INDEX uses a table or column that a later statement makes.

use super::index_before_column;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::rule::Rule;
use crate::folder::history::History;
use crate::replay::{Fault, place_of_origin};
use crate::sqlite::message::Cause;

/// `use_before_definition`
pub static RULE: Rule =
    Rule::error("use_before_definition", "a statement comes after the tables and columns it uses")
        .effect("No fresh database starts: there is no such table or column yet.")
        .examples(
            "-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);
UPDATE jobs SET due = 1;
-- 0002_next.sql
ALTER TABLE jobs ADD COLUMN due TEXT;",
            "-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);
-- 0002_next.sql
ALTER TABLE jobs ADD COLUMN due TEXT;
UPDATE jobs SET due = 1;",
        );

pub(crate) fn explain(history: &History, fault: &Fault) -> Option<Diagnostic> {
    let (what, name) = match &fault.refusal.cause {
        Cause::NoColumn { name, .. } => ("column", name),
        Cause::NoTable(name) => ("table", name),
        _ => return None,
    };
    let made = fault.mended?;
    let help = match made.migration == fault.at.migration {
        true => {
            format!("move the statement behind line {}", history.files.position(&history.place(made)).line)
        }
        false if history.is_released(history.migration(made).file) => {
            format!("move the statement into a new migration: {} is released", history.path(made))
        }
        false => format!("move the statement into {}, behind the {what}", history.path(made)),
    };
    Some(
        Diagnostic::new(
            &RULE,
            fault.place(history, name),
            format!("{what} `{name}` is used before it exists"),
        )
        .label(format!("no such {what} here"))
        .related(place_of_origin(history, made, name), index_before_column::added(history, made))
        .help(help),
    )
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::history;

    const JOBS: &str = "CREATE TABLE jobs(id);";

    #[test]
    fn columns_and_tables() {
        let add = "ALTER TABLE jobs ADD state";
        for (text, column) in [
            ("UPDATE jobs SET state = 1", 39),
            ("INSERT INTO jobs(id, state) VALUES (1, 2)", 44),
            ("DELETE FROM jobs WHERE state = 'x'", 46),
        ] {
            let found = history(&[&format!("{JOBS}{text}"), add]);
            assert_eq!(found, [format!("use_before_definition 0001_m.sql:1:{column}")], "{text}");
        }
        assert_eq!(
            history(&["INSERT INTO jobs VALUES (1);", JOBS]),
            ["use_before_definition 0001_m.sql:1:13"]
        );
        let trigger = "CREATE TRIGGER t AFTER INSERT ON jobs BEGIN SELECT 1; END;";
        assert_eq!(history(&[trigger, JOBS]), ["use_before_definition 0001_m.sql:1:34"]);
    }

    #[test]
    fn a_drop_that_comes_too_early_takes_nothing_away() {
        assert_eq!(history(&["DROP TABLE jobs;", JOBS, "INSERT INTO jobs VALUES (1)"]).len(), 1);
    }
}
