//! What is not SQL.

use onward_core::token::{Kind, tokens};

use crate::checks::hint;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::rule::Rule;
use crate::folder::history::History;
use crate::replay::Fault;
use crate::sqlite::message::Cause;

/// `syntax_error`
pub static RULE: Rule = Rule::error("syntax_error", "a migration is SQL as SQLite reads it")
    .effect("No fresh database starts: it is not SQL.")
    .examples(
        "-- 0001_jobs.sql
CREATE TABEL jobs(id INTEGER);",
        "-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);",
    );

pub(crate) fn explain(history: &History, fault: &Fault) -> Option<Diagnostic> {
    if fault.refusal.cause != Cause::Syntax {
        return None;
    }
    let mut place = history.place(fault.at);
    match fault.refusal.offset {
        Some(_) => place = fault.place(history, ""),
        // The statement ends too early: what is missing is missing at its end.
        None => place.range.start = place.range.end,
    }
    let help = hint::statement(history.sql(fault.at), &fault.refusal);
    let help = help.unwrap_or_else(|| match fault.refusal.message.as_str() {
        "incomplete input" => {
            "the statement ends here, but SQLite expects more: look for a bracket or a quote that is \
                               not closed, or an END that is missing"
                .to_owned()
        }
        _ => "see https://www.sqlite.org/lang.html for SQLite's own dialect".to_owned(),
    });
    Some(Diagnostic::new(&RULE, place, fault.refusal.message.clone()).label("SQLite stops here").help(help))
}

/// SQLite takes a comment that nothing closes up to the end of the text, and says nothing.
pub(crate) fn check(history: &History) -> impl Iterator<Item = Diagnostic> + '_ {
    history.migrations.iter().filter_map(|migration| {
        let text = &history.files.get(migration.file).text;
        // Most files have none that could be open.
        if !text.contains('/') {
            return None;
        }
        let last = tokens(text).last().filter(|token| token.kind == Kind::Comment)?;
        let is_open = last.text.starts_with("/*") && (last.text.len() < 4 || !last.text.ends_with("*/"));
        is_open.then(|| {
            let start = last.range.start;
            Diagnostic::new(&RULE, migration.file.at(start..start + 2), "this comment is never closed")
                .label("everything from here on is a comment")
                .help("close it with `*/`")
        })
    })
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::{folder, history};

    #[test]
    fn a_comment_that_is_never_closed() {
        assert_eq!(history(&["SELECT 1;\n/* SELECT 2;"]), ["syntax_error 0001_m.sql:2:1"]);
        assert_eq!(history(&["SELECT 1; /*/ SELECT 2;"]), ["syntax_error 0001_m.sql:1:11"]);
        assert_eq!(history(&["SELECT 1; /*/"]), ["syntax_error 0001_m.sql:1:11"]);
        for closed in ["SELECT 1; /**/ SELECT '/*'; -- /*", "SELECT 1; /**/", "SELECT 1; /***/"] {
            assert_eq!(history(&[closed]), [""; 0], "{closed}");
        }
        let found = folder(&[("1_a.sql", "SELECT 1;\n/* SELECT 2;")]);
        assert_eq!(found.history.files.text(&found.diagnostics[0].place), "/*");
    }

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
