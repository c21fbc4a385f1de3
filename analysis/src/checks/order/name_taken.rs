//! A CREATE or RENAME to a name that is taken.

use onward_core::kind::{Kind, ObjectKind};

use crate::diagnostic::Diagnostic;
use crate::diagnostic::rule::Rule;
use crate::folder::history::History;
use crate::replay::{Fault, place_of_origin};
use crate::sqlite::message::Cause;

/// `name_taken`
pub static RULE: Rule =
    Rule::error("name_taken", "a table, index, view or trigger is created under a free name")
        .effect("No fresh database starts: SQLite refuses the second statement.")
        .examples(
            "-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);
-- 0002_next.sql
CREATE TABLE jobs(id INTEGER);",
            "-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);
-- 0002_next.sql
CREATE TABLE queues(id INTEGER);",
        );

pub(crate) fn explain(history: &History, fault: &Fault) -> Option<Diagnostic> {
    let Cause::Exists(name) = &fault.refusal.cause else { return None };
    let diagnostic = Diagnostic::new(&RULE, fault.place(history, name), format!("`{name}` already exists"))
        .label("this name is taken");
    let help = match &history.statement(fault.at).kind {
        Kind::Create { object: ObjectKind::Index, .. } => {
            "drop the first one before, or give this one another name: index \
                                                       names belong to the whole database, not to a table"
        }
        _ => "drop the first one before, or give this one another name",
    };
    Some(match fault.since {
        Some(since) => {
            diagnostic.related(place_of_origin(history, since.at, name), "created here first").help(help)
        }
        None => diagnostic.help(help),
    })
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::{folder, history};

    #[test]
    fn every_kind_says_where_the_first_is() {
        let table = "CREATE TABLE t(a);\n";
        for (first, second) in [
            ("CREATE TABLE x(a)", "CREATE TABLE x(b)"),
            ("CREATE INDEX x ON t(a)", "CREATE INDEX x ON t(a)"),
            ("CREATE VIEW x AS SELECT 1", "CREATE VIEW x AS SELECT 2"),
            ("CREATE VIEW x AS SELECT 1", "CREATE TABLE x(a)"),
            (
                "CREATE TRIGGER x AFTER INSERT ON t BEGIN SELECT 1; END",
                "CREATE TRIGGER x AFTER DELETE ON t BEGIN SELECT 1; END",
            ),
            ("CREATE VIRTUAL TABLE x USING fts5(a)", "CREATE TABLE x(a)"),
            ("CREATE TABLE y(a); ALTER TABLE y RENAME TO x", "CREATE TABLE x(a)"),
            ("CREATE TABLE x(a)", "ALTER TABLE t RENAME TO x"),
        ] {
            let found = folder(&[("1_a.sql", &format!("{table}{first}")), ("2_b.sql", second)]);
            assert_eq!(found.diagnostics.len(), 1, "{second}: {:?}", found.diagnostics);
            let diagnostic = &found.diagnostics[0];
            assert_eq!(diagnostic.rule.code, "name_taken", "{second}");
            let files = &found.history.files;
            assert_eq!((files.text(&diagnostic.place), files.text(&diagnostic.related[0].place)), ("x", "x"));
        }
    }

    #[test]
    fn silent_after_a_drop_and_with_if_not_exists() {
        assert_eq!(history(&["CREATE TABLE x(a)", "DROP TABLE x", "CREATE TABLE x(b)"]), [""; 0]);
        assert_eq!(history(&["CREATE TABLE x(a)", "CREATE TABLE IF NOT EXISTS x(a)"]), [""; 0]);
    }

    #[test]
    fn what_builds_on_the_second_is_no_second_fault() {
        let found = history(&["CREATE TABLE x(a)", "CREATE TABLE x(b); INSERT INTO x(b) VALUES (1);"]);
        assert_eq!(found, ["name_taken 0002_m.sql:1:14"]);
    }
}
