//! Whatever else SQLite says.

use onward_schema::LEDGER;
use onward_schema::token::{Token, significant};
use rusqlite::Error;

use super::Rule;
use crate::cause::Cause;
use crate::diagnostic::Diagnostic;
use crate::file::Place;
use crate::history::{At, History};
use crate::replay::Fault;
use crate::statement::{Kind, Object};

/// `sqlite_error`
pub static RULE: Rule = Rule::error("sqlite_error", "every statement works on a fresh database")
    .effect("No fresh database starts: SQLite refuses the statement.")
    .examples(
        "-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);
INSERT INTO jobs VALUES (1);",
        "-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);
INSERT INTO jobs VALUES (1, 'new');",
    );

pub(super) fn explain(history: &History, fault: &Fault) -> Option<Diagnostic> {
    let place = match fault.refusal.offset {
        Some(_) => fault.place(history, ""),
        None => history.place(fault.at),
    };
    if fault.refusal.message == "not authorized" {
        let would = match history.statement(fault.at).kind {
            Kind::Create { object: Object::Index, .. } => "put an index on it",
            Kind::Create { object: Object::Trigger, .. } => "put a trigger on it",
            _ => "change it",
        };
        if let Some(place) = history.named(fault.at, LEDGER).first() {
            return Some(of_ledger(place.clone(), would));
        }
        // It sets off a trigger that writes there, which is told where that is made.
        if history.statements().take_while(|at| *at < fault.at).any(|at| trigger(history, at).is_some()) {
            return None;
        }
    }
    if fault.refusal.cause == Cause::Commit {
        let message = format!("the COMMIT behind this fails: {}", fault.refusal.message);
        return Some(
            Diagnostic::new(&RULE, place, message)
                .label("the last statement before it")
                .note("SQLite takes every statement and refuses to commit what they do together, so no database starts")
                .help(
                    "leave the tables that SQLite keeps behind a virtual table alone, and fill the virtual table itself",
                ),
        );
    }
    Some(
        Diagnostic::new(&RULE, place, format!("SQLite refuses this: {}", fault.refusal.message))
            .label("refused in the replay of the history")
            .help("every fresh database runs this statement, so it must work after the migrations before it"),
    )
}

fn of_ledger(place: Place, would: &str) -> Diagnostic {
    let message = format!("`{LEDGER}` is onward's ledger, and this statement would {would}");
    Diagnostic::new(&RULE, place, message)
        .label("which migrations have run is written here")
        .note("no database starts: the run that this is part of could not write what it has done")
        .help("leave the table to onward")
}

/// A trigger that writes into the ledger is refused when it fires, which may be years after it was made.
pub(super) fn trigger(history: &History, at: At) -> Option<Diagnostic> {
    let Kind::Create { object: Object::Trigger, .. } = history.statement(at).kind else { return None };
    let sql = history.sql(at);
    let tokens: Vec<Token<'_>> = significant(sql).collect();
    let written = tokens.windows(3).find(|tokens| {
        let [first, second, name] = *tokens else { return false };
        let writes = second.is("INTO")
            || second.is("UPDATE")
            || first.is("OR")
            || (first.is("DELETE") && second.is("FROM"));
        writes && name.name().is_some_and(|name| name.eq_ignore_ascii_case(LEDGER))
    })?;
    let (place, range) = (history.place(at), &written[2].range);
    let place = place.file.at(place.range.start + range.start..place.range.start + range.end);
    Some(of_ledger(place, "let a trigger change it"))
}

/// The sandbox itself could not be set up or read.
pub(crate) fn sandbox(history: &History, error: &Error) -> Option<Diagnostic> {
    let is_writable = |at: &At| history.statement(*at).kind == Kind::Pragma("writable_schema".to_owned());
    if let Some(at) = history.statements().find(is_writable) {
        let message = format!("the history leaves a database that SQLite cannot read: {error}");
        return Some(
            Diagnostic::new(&RULE, history.place(at), message)
                .label("from here on the schema can be damaged")
                .help(
                    "change tables with ALTER TABLE, or build them anew, instead of writing to sqlite_schema",
                ),
        );
    }
    let first = history.migrations.first()?;
    let message = format!("the replay cannot go on: {error}");
    Some(
        Diagnostic::new(&RULE, first.file.start(), message)
            .help("this is a fault of onward; please report it"),
    )
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::{self, history};

    #[test]
    fn the_rest() {
        for text in [
            "CREATE TABLE t(a); INSERT INTO t VALUES (1, 2);",
            "CREATE TABLE t(a PRIMARY KEY); INSERT INTO t VALUES (1), (1);",
            "CREATE TABLE sqlite_t(a);",
            "CREATE VIEW v AS SELECT 1; CREATE INDEX i ON v(a);",
            "CREATE VIRTUAL TABLE t USING no_such_module(a);",
            "CREATE TABLE t(a) STRICT;",
        ] {
            assert!(history(&[text])[0].starts_with("sqlite_error 0001_m.sql:1:"), "{text}");
        }
    }

    #[test]
    fn the_ledger_is_onwards() {
        for text in [
            "DROP TABLE onward_migrations;",
            "DELETE FROM \"Onward_Migrations\";",
            "UPDATE onward_migrations SET chain = '';",
            "INSERT INTO main.onward_migrations(version) VALUES (1);",
            "ALTER TABLE onward_migrations ADD COLUMN note;",
            "ALTER TABLE onward_migrations RENAME TO history;",
            "CREATE UNIQUE INDEX i ON onward_migrations(name);",
            "CREATE TRIGGER g AFTER INSERT ON main.\"Onward_migrations\" BEGIN SELECT 1; END;",
            "CREATE TEMP TRIGGER g AFTER INSERT ON onward_migrations BEGIN SELECT 1; END;",
        ] {
            let analysis = testing::folder(&[("0001_m.sql", text)]);
            let found = &analysis.diagnostics[0];
            assert!(found.message.contains("is onward's ledger") && found.is_error(), "{text}: {found:?}");
        }
        for text in [
            "CREATE VIEW v AS SELECT max(version) FROM onward_migrations;",
            "CREATE TABLE t(a); CREATE TRIGGER g AFTER INSERT ON t BEGIN
               UPDATE t SET a = (SELECT max(version) FROM onward_migrations); END;",
        ] {
            assert_eq!(history(&[text]), [""; 0]);
        }
    }

    #[test]
    fn a_trigger_that_writes_into_the_ledger() {
        for body in [
            "DELETE FROM onward_migrations",
            "UPDATE \"onward_migrations\" SET chain = ''",
            "UPDATE OR IGNORE onward_migrations SET chain = ''",
            "INSERT INTO onward_migrations(version) VALUES (1)",
            "REPLACE INTO onward_migrations(version) VALUES (1)",
        ] {
            // Whether it fires in the history or not.
            for fires in ["", "INSERT INTO t VALUES (1);"] {
                let text = format!(
                    "CREATE TABLE t(a);\nCREATE TRIGGER g AFTER INSERT ON t BEGIN\n{body}; END;\n{fires}"
                );
                let found = history(&[&text]);
                assert!(
                    found.len() == 1 && found[0].starts_with("sqlite_error 0001_m.sql:3:"),
                    "{text}: {found:?}"
                );
            }
        }
    }

    #[test]
    fn a_schema_that_is_damaged_by_hand() {
        let damage = "CREATE TABLE t(a);\nPRAGMA writable_schema = ON;\nUPDATE sqlite_schema SET sql = 'x';";
        assert_eq!(history(&[damage, "CREATE TABLE u(a);"]), ["sqlite_error 0001_m.sql:2:1"]);
    }

    /// FTS5 writes at COMMIT what it has gathered until then.
    #[test]
    fn a_commit_that_fails_one_by_one_or_all_at_once() {
        let table = "CREATE VIRTUAL TABLE f USING fts5(a); CREATE TABLE t(a);";
        let (fill, damage) = ("INSERT INTO f VALUES ('x');", "DELETE FROM f_data;");
        let both = format!("{fill}\n{damage}");
        // Nothing is said of what comes behind it.
        let texts = [table, &both, "INSERT INTO f VALUES ('y'); INSERT INTO t SELECT 1 FROM f;"];
        assert_eq!(history(&texts), ["sqlite_error 0002_m.sql:2:1"]);
        // A database that stops in between is damaged later; one that runs both at once does not start.
        assert_eq!(history(&[table, fill, damage]), ["sqlite_error 0003_m.sql:1:1"]);
        assert_eq!(history(&[table, fill, "DELETE FROM f; DROP TABLE f;"]), [""; 0]);
        assert_eq!(history(&[table, fill, "INSERT INTO f(f) VALUES ('rebuild');"]), [""; 0]);
    }

    #[test]
    fn a_statement_that_gives_up_the_transaction_costs_only_itself() {
        let text = "CREATE TABLE t(a PRIMARY KEY); INSERT OR ROLLBACK INTO t VALUES (1), (1); INSERT INTO t VALUES (1);";
        assert_eq!(
            history(&["CREATE TABLE u(a)", text, "INSERT INTO u SELECT a FROM t"]),
            ["sqlite_error 0002_m.sql:1:32"]
        );
    }
}
