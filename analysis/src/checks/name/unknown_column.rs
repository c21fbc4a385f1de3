//! A statement uses a column that is nowhere in the history.

use onward_core::kind::Kind;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::rule::Rule;
use crate::folder::history::History;
use crate::replay::{Fault, place_of_origin};
use crate::sqlite::message::Cause;

/// `unknown_column`
pub static RULE: Rule = Rule::error("unknown_column", "a statement uses columns that exist")
    .effect("No fresh database starts: no migration makes such a column.")
    .examples(
        "-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);
CREATE INDEX by_state ON jobs(stat);",
        "-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);
CREATE INDEX by_state ON jobs(state);",
    );

pub(crate) fn explain(history: &History, fault: &Fault) -> Option<Diagnostic> {
    let Cause::NoColumn { name, .. } = &fault.refusal.cause else { return None };
    let help = match &fault.near {
        Some(near) => format!("there is a column with a similar name: `{near}`"),
        None => "add the column in a migration before this one".to_owned(),
    };
    let table = match &history.statement(fault.at).kind {
        Kind::Create { on: Some(table), .. } | Kind::Alter { table, .. } => Some(&table.text),
        _ => None,
    };
    let message = match table {
        Some(table) => format!("table `{table}` has no column `{name}`, and no migration adds it"),
        None => format!("there is no column `{name}` here, and no migration adds it"),
    };
    let diagnostic =
        Diagnostic::new(&RULE, fault.place(history, name), message).label("no such column").help(help);
    Some(match fault.since.filter(|since| since.worked) {
        // The statement itself is fine: what it sets off is not.
        Some(since) => diagnostic
            .related(place_of_origin(history, since.at, name), "used here, and set off by the other"),
        None => diagnostic,
    })
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::{folder, history};

    #[test]
    fn with_the_nearest_name() {
        let jobs = "CREATE TABLE jobs(id, archived);\n";
        let index = format!("{jobs}CREATE INDEX i ON jobs(archvied);");
        assert_eq!(history(&[&index]), ["unknown_column 0001_m.sql:2:24"]);
        assert!(folder(&[("1_a.sql", &index)]).diagnostics[0].help.contains("`archived`"));
        let far = folder(&[("1_a.sql", &format!("{jobs}CREATE INDEX i ON jobs(zzz);"))]);
        assert!(!far.diagnostics[0].help.contains('`'));
        // Every letter would be like any other.
        let letter = folder(&[("1_a.sql", "CREATE TABLE jobs(a); CREATE INDEX i ON jobs(b);")]);
        assert!(!letter.diagnostics[0].help.contains('`'));
    }

    #[test]
    fn every_kind_of_statement() {
        for text in ["UPDATE t SET b = 1", "INSERT INTO t(b) VALUES (1)", "ALTER TABLE t DROP COLUMN b"] {
            let found = history(&["CREATE TABLE t(a, c)", text]);
            assert!(found[0].starts_with("unknown_column 0002_m.sql:1:"), "{text}: {found:?}");
        }
        let both = "INSERT INTO t(b) VALUES (1);\nUPDATE t SET b = 1;";
        let places = ["1:15", "2:14"].map(|place| format!("unknown_column 0002_m.sql:{place}"));
        assert_eq!(history(&["CREATE TABLE t(a, c)", both]), places);
        let trigger = "CREATE TRIGGER g AFTER INSERT ON t BEGIN UPDATE t SET b = 1; END";
        let found = folder(&[
            ("1_a.sql", "CREATE TABLE t(a)"),
            ("2_b.sql", trigger),
            ("3_c.sql", "INSERT INTO t VALUES (1)"),
        ]);
        assert_eq!(
            (found.diagnostics[0].rule.code, found.diagnostics[0].related.len()),
            ("unknown_column", 1)
        );
        assert_eq!(history(&["CREATE TABLE t(a); UPDATE t SET a = 1 WHERE rowid = 1"]), [""; 0]);
    }
}
