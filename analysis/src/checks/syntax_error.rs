//! What is not SQL.

use super::Rule;
use crate::cause::Cause;
use crate::diagnostic::Diagnostic;
use crate::history::History;
use crate::replay::Fault;

/// `syntax_error`
pub static RULE: Rule = Rule::error("syntax_error", "a migration is SQL as SQLite reads it");

pub(super) fn explain(history: &History, fault: &Fault) -> Option<Diagnostic> {
    if fault.refusal.cause != Cause::Syntax {
        return None;
    }
    let mut place = history.place(fault.at);
    match fault.refusal.offset {
        Some(_) => place = fault.place(history, ""),
        // The statement ends too early: what is missing is missing at its end.
        None => place.range.start = place.range.end,
    }
    let help = match fault.refusal.message.as_str() {
        "incomplete input" => {
            "the statement ends here, but SQLite expects more: look for a bracket or a quote that is \
                               not closed, or an END that is missing"
        }
        _ => "see https://www.sqlite.org/lang.html for SQLite's own dialect",
    };
    Some(Diagnostic::new(&RULE, place, fault.refusal.message.clone()).label("SQLite stops here").help(help))
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::history;

    #[test]
    fn points_where_sqlite_stops() {
        assert_eq!(history(&["SELECT 1;\nCREATE TABEL t(a);"]), ["syntax_error 0001_m.sql:2:8"]);
        assert_eq!(history(&["SELECT 'é', 'a;"]), ["syntax_error 0001_m.sql:1:13"]);
        assert_eq!(history(&["SELECT 1 +;\n"]), ["syntax_error 0001_m.sql:1:11"]);
        assert_eq!(history(&["CREATE TABLE t(a"]), ["syntax_error 0001_m.sql:1:17"]);
    }

    #[test]
    fn what_builds_on_it_is_no_second_fault() {
        assert_eq!(
            history(&["CREATE TABEL t(a);", "INSERT INTO t(a) VALUES (1); CREATE INDEX i ON t(a);"]).len(),
            1
        );
        assert_eq!(history(&["CREATE TABLE t(a,);", "ALTER TABLE t ADD b;", "UPDATE t SET b = 1"]).len(), 1);
    }
}
