//! A CREATE INDEX on a table that a later statement creates.

use onward_core::kind::{Kind, ObjectKind};

use crate::diagnostic::Diagnostic;
use crate::diagnostic::rule::Rule;
use crate::folder::history::History;
use crate::replay::{Fault, place_of_origin};
use crate::sqlite::message::Cause;

/// `index_before_table`
pub static RULE: Rule = Rule::error("index_before_table", "an index comes after its table")
    .effect("No fresh database starts: there is no such table yet.")
    .examples(
        "-- 0001_index.sql
CREATE INDEX by_state ON jobs(state);
-- 0002_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);",
        "-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);
CREATE INDEX by_state ON jobs(state);",
    );

pub(crate) fn explain(history: &History, fault: &Fault) -> Option<Diagnostic> {
    let Cause::NoTable(table) = &fault.refusal.cause else { return None };
    let Kind::Create { object: ObjectKind::Index, name, .. } = &history.statement(fault.at).kind else {
        return None;
    };
    let made = fault.mended?;
    let help = match made.migration == fault.at.migration {
        true => format!("move the index behind line {}", history.files.position(&history.place(made)).line),
        false => format!("create the index in {}, after the table", history.path(made)),
    };
    Some(
        Diagnostic::new(
            &RULE,
            fault.place(history, table),
            format!("index `{}` is created before its table `{table}`", name.text),
        )
        .label("no such table here")
        .related(place_of_origin(history, made, table), "created here")
        .help(help),
    )
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::history;

    #[test]
    fn later_file_and_later_statement() {
        let index = "CREATE INDEX jobs_state ON jobs(state);";
        let table = "CREATE TABLE jobs(id, state);";
        assert_eq!(history(&[index, table]), ["index_before_table 0001_m.sql:1:28"]);
        assert_eq!(history(&[&format!("{index}\n{table}")]), ["index_before_table 0001_m.sql:1:28"]);
        assert_eq!(history(&[table, index]), [""; 0]);
    }

    #[test]
    fn table_first_and_then_the_column() {
        let found = history(&[
            "CREATE INDEX i ON jobs(state);",
            "CREATE TABLE jobs(id);",
            "ALTER TABLE jobs ADD state",
        ]);
        assert_eq!(
            found,
            ["index_before_column 0001_m.sql:1:24", "index_before_table 0001_m.sql:1:19"]
                .map(|s| s.to_owned())
                .into_iter()
                .rev()
                .collect::<Vec<_>>()
        );
    }
}
