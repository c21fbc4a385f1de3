//! VACUUM, ATTACH and DETACH, which cannot be part of a migration's transaction.

use onward_core::kind::Kind;
use onward_core::token::significant;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::rule::Rule;
use crate::folder::history::{At, History};

/// `non_transactional_statement`
pub static RULE: Rule =
    Rule::error("non_transactional_statement", "a migration does not VACUUM, ATTACH or DETACH")
        .effect("The statement cannot be part of the one transaction in which everything pending is applied.")
        .examples(
            "-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);
VACUUM;",
            "-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);",
        );

pub(crate) fn check(history: &History, at: At) -> Option<Diagnostic> {
    if history.statement(at).kind != Kind::Outside {
        return None;
    }
    let is_vacuum = significant(history.sql(at)).next().is_some_and(|token| token.is("VACUUM"));
    let (message, label, help) = match is_vacuum {
        true => (
            "VACUUM does not work inside a transaction, and every migration runs in one",
            "SQLite refuses this at run time",
            "run it from the application, after the migrations and when there is time for it",
        ),
        false => (
            "a migration changes one database, and cannot attach or detach others",
            "what is in other databases cannot be proven, and an open transaction cannot detach them",
            "keep to the main database; attach others from the application",
        ),
    };
    Some(Diagnostic::new(&RULE, history.place(at), message).label(label).help(help))
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::{folder, history};

    #[test]
    fn vacuum_attach_detach() {
        for text in ["VACUUM", "VACUUM INTO 'x.db'", "ATTACH 'x.db' AS x", "DETACH x"] {
            assert_eq!(history(&[text]), ["non_transactional_statement 0001_m.sql:1:1"], "{text}");
        }
    }

    #[test]
    fn a_comment_behind_the_word_is_no_part_of_it() {
        let found = folder(&[("1_a.sql", "vacuum/* now */")]);
        assert!(found.diagnostics[0].message.starts_with("VACUUM does not work"), "{:?}", found.diagnostics);
    }

    #[test]
    fn what_uses_the_attached_database_is_no_second_fault() {
        assert_eq!(
            history(&["ATTACH 'x.db' AS x; CREATE TABLE t(a); INSERT INTO t SELECT a FROM x.t;"]).len(),
            1
        );
        assert_eq!(history(&["ATTACH 'x.db' AS x; CREATE TABLE x.t(a);"]).len(), 1);
    }
}
