//! BEGIN, COMMIT and END in a migration.
//!
//! They are left out when the file is embedded: everything runs inside the runtime's exclusive transaction, which is
//! stronger. About one public migration file in twenty-five has them, so it is a warning, once a file.

use onward_core::kind::Kind;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::rule::Rule;
use crate::file::{FileId, Place};
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

/// A mark with which a tool would run a file outside a transaction, in the file or beside it.
pub(crate) fn outside(history: &History, file: FileId, mark: &Place) -> Diagnostic {
    let written = history.files.text(mark).trim_start_matches('-').trim();
    let message = match written {
        "" => "no transaction is asked for here, and there is one".to_owned(),
        "false" => "`run_in_transaction = false` has no effect".to_owned(),
        _ => format!("`{written}` has no effect"),
    };
    let message = format!("{message}: all pending migrations run in one exclusive transaction");
    let place = if mark.file == file { mark.clone() } else { file.start() };
    let diagnostic = Diagnostic::new(&RULE, place, message);
    let diagnostic = match mark.file == file {
        true => diagnostic.label("runs in the transaction like all others"),
        false => diagnostic.related(mark.clone(), "asked for here"),
    };
    diagnostic
        .note("foreign keys are off while it runs, so that a rebuild needs no pragma; VACUUM and journal modes are the application's")
        .help(
            "nothing, if that is all it was for; in a released migration, `-- onward: allow(redundant_transaction) <reason>` above the \
             first statement says so",
        )
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::{codes, folder, history};

    #[test]
    fn once_a_file() {
        let found =
            folder(&[("1_a.sql", "BEGIN;\nCREATE TABLE t(a);\nCOMMIT;"), ("2_b.sql", "SELECT 1; END;")]);
        assert_eq!(found.diagnostics.iter().map(|found| found.related.len()).collect::<Vec<_>>(), [1, 0]);
        assert!(!found.has_errors());
    }

    #[test]
    fn a_mark_for_no_transaction_is_told_with_what_is_done_instead() {
        let table = "CREATE TABLE t(a);";
        for (mark, written) in [
            ("-- no-transaction\n", "`no-transaction` has no effect"),
            ("-- +goose NO TRANSACTION\n-- +goose Up\n", "`+goose NO TRANSACTION` has no effect"),
        ] {
            let found = folder(&[("1_a.sql", &format!("{mark}{table}"))]);
            let [only] = &found.diagnostics[..] else { panic!("{:?}", found.diagnostics) };
            assert_eq!((only.rule.code, only.is_error()), ("redundant_transaction", false));
            assert!(only.message.starts_with(written), "{}", only.message);
            let allowed = format!("{mark}-- onward: allow(redundant_transaction) a rebuild\n{table}");
            assert_eq!(codes(&[("1_a.sql", &allowed)]), [""; 0], "{mark}");
        }
        let beside = [("1_a/up.sql", table), ("1_a/metadata.toml", "run_in_transaction = false\n")];
        let found = folder(&beside);
        assert!(found.diagnostics[0].message.starts_with("`run_in_transaction = false` has no effect"));
        let related = &found.diagnostics[0].related[0].place;
        assert_eq!(found.history.files.position(related).column, 22);
        assert!(found.history.inputs.contains(&"1_a/metadata.toml".to_owned()));
        assert_eq!(codes(&[beside[0], ("1_a/metadata.toml", "run_in_transaction = true\n")]), [""; 0]);
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
