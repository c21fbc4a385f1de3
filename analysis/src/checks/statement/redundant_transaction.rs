//! BEGIN, COMMIT and END in a migration.
//!
//! They are left out when the file is embedded: everything runs inside the runtime's exclusive transaction, which is
//! stronger. About one public migration file in twenty-five has them, so it is a warning, once a file.

use onward_core::kind::Kind;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::rule::Rule;
use crate::folder::history::{At, History};

/// `redundant_transaction`
pub static RULE: Rule = Rule::warning(
    "redundant_transaction",
    "BEGIN and COMMIT are the runtime's, which has one transaction for all",
)
.allowable()
.effect("Nothing: everything pending runs in one transaction, and these words are left out.")
.examples(
    "-- 0001_jobs.sql
BEGIN;
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);
COMMIT;",
    "-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);",
);

pub(crate) fn check(history: &History, at: At) -> Option<Diagnostic> {
    if history.statement(at).kind != Kind::Transaction {
        return None;
    }
    let migration = history.migration(at);
    let is_transaction = |index: &usize| migration.statements[*index].kind == Kind::Transaction;
    let mut all = (0..migration.statements.len()).filter(is_transaction);
    if all.next() != Some(at.statement) {
        return None;
    }
    let message = "BEGIN and COMMIT are left out: all pending migrations run in one exclusive transaction";
    let mut diagnostic = Diagnostic::new(&RULE, history.place(at), message).label("left out");
    for statement in all {
        diagnostic = diagnostic.related(history.place(At { statement, ..at }), "left out");
    }
    Some(diagnostic.help(
        "remove them; in a released migration, whose text must stay, put `-- onward: allow(redundant_transaction) \
         <reason>` above the first instead",
    ))
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::{folder, history};

    #[test]
    fn once_a_file() {
        let found =
            folder(&[("1_a.sql", "BEGIN;\nCREATE TABLE t(a);\nCOMMIT;"), ("2_b.sql", "SELECT 1; END;")]);
        assert_eq!(found.diagnostics.iter().map(|found| found.related.len()).collect::<Vec<_>>(), [1, 0]);
        assert!(!found.has_errors());
    }

    #[test]
    fn savepoints_triggers_and_allowed_ones_are_silent() {
        let trigger = "CREATE TABLE t(a); CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END;";
        assert_eq!(history(&[trigger, "SAVEPOINT a; INSERT INTO t VALUES (1); RELEASE a;"]), [""; 0]);
        assert_eq!(
            history(&["-- onward: allow(redundant_transaction) released\nBEGIN; SELECT 1; COMMIT;"]),
            [""; 0]
        );
    }
}
