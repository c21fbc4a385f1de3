//! A PRAGMA that silently does nothing in a migration, or sets what ends with the connection.

use onward_core::kind::Kind;
use onward_core::run::Run;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::rule::Rule;
use crate::folder::history::{At, History};

/// `pragma_without_effect`
pub static RULE: Rule =
    Rule::warning("pragma_without_effect", "a PRAGMA in a migration changes the database file")
        .allowable()
        .effect(
            "It does nothing inside a transaction: the setting that the migration counts on is not there.",
        )
        .examples(
            "-- 0001_jobs.sql
PRAGMA journal_mode = WAL;
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);",
            "-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);",
        );

pub(crate) fn check(history: &History, at: At) -> Option<Diagnostic> {
    let Kind::Pragma(name) = &history.statement(at).kind else { return None };
    if history.statement(at).kind.run() != Run::WithoutEffect {
        return None;
    }
    let message =
        format!("`PRAGMA {name}` has no effect on the database file inside a transaction, so it is left out");
    Some(
        Diagnostic::new(&RULE, history.place(at), message).label("left out").help(format!(
            "run `{}` on the application's own connection, before it migrates",
            history.sql(at)
        )),
    )
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::history;

    #[test]
    fn pragmas_of_the_connection_and_of_the_file_format() {
        for name in
            ["journal_mode = WAL", "synchronous = NORMAL", "page_size = 8192", "main.auto_vacuum = FULL"]
        {
            assert_eq!(
                history(&[&format!("PRAGMA {name};")]),
                ["pragma_without_effect 0001_m.sql:1:1"],
                "{name}"
            );
        }
    }

    #[test]
    fn silent_where_it_works_or_the_runtime_does_it() {
        for name in
            ["foreign_keys = OFF", "defer_foreign_keys = 1", "foreign_key_check(t)", "user_version = 3"]
        {
            assert_eq!(history(&[&format!("CREATE TABLE t(a); PRAGMA {name};")]), [""; 0], "{name}");
        }
    }

    #[test]
    fn legacy_alter_table_is_run_and_put_back() {
        // A view of a table that is gone for a moment makes the new form of RENAME fail, and not the old one.
        let rebuild = "CREATE TABLE n(a); DROP TABLE t; ALTER TABLE n RENAME TO t;";
        let first = "CREATE TABLE t(a); CREATE VIEW v AS SELECT a FROM t;";
        assert_eq!(history(&[first, &format!("PRAGMA legacy_alter_table = ON; {rebuild}")]), [""; 0]);
        let found = history(&[first, &format!("PRAGMA legacy_alter_table = ON; {rebuild}"), rebuild]);
        assert!(found[0].starts_with("sqlite_error 0003_m.sql"), "{found:?}");
    }
}
