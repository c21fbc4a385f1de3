//! ROLLBACK in a migration.

use onward_core::kind::Kind;
use onward_core::token::significant;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::rule::Rule;
use crate::folder::history::{At, History};

/// `transaction_control`
pub static RULE: Rule = Rule::error("transaction_control", "a migration does not roll back")
    .effect("A part of the migration would be taken back, and the rest kept.")
    .examples(
        "-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);
ROLLBACK;",
        "-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);",
    );

pub(crate) fn check(history: &History, at: At) -> Option<Diagnostic> {
    if history.statement(at).kind != Kind::Rollback {
        return None;
    }
    let to_savepoint = significant(history.sql(at)).any(|token| token.is("TO"));
    let label = match to_savepoint {
        true => "this would undo a part of what the migration does",
        false => "this would undo every migration of the run, and the ledger with them",
    };
    Some(
        Diagnostic::new(&RULE, history.place(at), "a migration cannot roll back").label(label).help(
            "remove it together with what it takes back; if a statement fails, the runtime rolls all back",
        ),
    )
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::history;

    #[test]
    fn rollback_with_and_without_to() {
        assert_eq!(history(&["SELECT 1;\nROLLBACK;"]), ["transaction_control 0001_m.sql:2:1"]);
        assert_eq!(history(&["SAVEPOINT a; ROLLBACK TO a;"]), ["transaction_control 0001_m.sql:1:14"]);
    }

    #[test]
    fn rollback_as_a_conflict_clause_is_no_statement() {
        assert_eq!(history(&["CREATE TABLE t(a); INSERT OR ROLLBACK INTO t VALUES (1);"]), [""; 0]);
    }
}
