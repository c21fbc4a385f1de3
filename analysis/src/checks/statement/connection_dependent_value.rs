//! A statement asks the connection for what the statements before it did, and they are others in the field.
//!
//! [`last_insert_rowid()`](https://www.sqlite.org/lang_corefunc.html#last_insert_rowid), `changes()` and `total_changes()`
//! tell of the connection, not of the database. On an upgrade, what ran before the migration on the same connection is
//! not what ran before it in a new database: other migrations, and the application's own statements.

use onward_core::kind::Kind;
use onward_core::token::{Token, list};

use crate::diagnostic::Diagnostic;
use crate::diagnostic::rule::Rule;
use crate::folder::history::{At, History};

/// `connection_dependent_value`
pub static RULE: Rule = Rule::warning(
    "connection_dependent_value",
    "what a migration writes does not depend on what ran before it on the same connection",
)
.allowable()
.effect("An upgraded database gets other values than a new one.")
.examples(
    "-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);
INSERT INTO jobs(state) VALUES ('open');
-- 0002_next.sql
CREATE TABLE notes(job INTEGER NOT NULL, text TEXT NOT NULL);
INSERT INTO notes(job, text) VALUES (last_insert_rowid(), 'the first');",
    "-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);
INSERT INTO jobs(state) VALUES ('open');
-- 0002_next.sql
CREATE TABLE notes(job INTEGER NOT NULL, text TEXT NOT NULL);
INSERT INTO notes(job, text) SELECT min(id), 'the first' FROM jobs HAVING count(*) > 0;",
);

pub(crate) fn check(history: &History, at: At) -> Option<Diagnostic> {
    // In a view, a trigger or a default, they are asked when the application runs a statement.
    if history.statement(at).kind != Kind::Other {
        return None;
    }
    let tokens = list(history.sql(at));
    let mut calls = tokens.windows(2).filter(|pair| pair[1].is("(")).map(|pair| &pair[0]);
    let (call, needs) = calls.find_map(|token| Some((token, needs(token)?)))?;
    let mut before = (0..at.statement).map(|statement| At { statement, ..at });
    if before.any(|at| gives(history.sql(at), needs)) {
        return None;
    }
    let place = history.place(at);
    let start = place.range.start;
    let name = call.text.to_ascii_lowercase();
    let message = format!("`{name}()` depends on what ran before on the same connection");
    let help = match needs {
        Needs::Row => "select the row itself, by a value that it is known by, or insert it in this migration",
        Needs::Write => {
            "count the rows with a SELECT, or ask behind the statement of this migration that is meant"
        }
        Needs::All => "count the rows with a SELECT",
    };
    Some(
        Diagnostic::new(&RULE, place.file.at(start + call.range.start..start + call.range.end), message)
            .label("depends on the connection")
            .note("a new database runs all migrations at once, and one that is upgraded only the newest")
            .help(help),
    )
}

/// What has to stand before a call in the same migration.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Needs {
    /// A row that is inserted in any case.
    Row,
    /// A statement that writes.
    Write,
    /// Nothing helps.
    All,
}

fn needs(token: &Token<'_>) -> Option<Needs> {
    let functions =
        [("last_insert_rowid", Needs::Row), ("changes", Needs::Write), ("total_changes", Needs::All)];
    functions.into_iter().find_map(|(name, needs)| token.is(name).then_some(needs))
}

/// Whether a statement is what such a call may be about.
fn gives(sql: &str, needs: Needs) -> bool {
    let tokens = list(sql);
    let first = |words: &[&str]| tokens.first().is_some_and(|token| words.iter().any(|word| token.is(word)));
    match needs {
        Needs::Row => {
            let has = |words: &[&str]| tokens.iter().any(|token| words.iter().any(|word| token.is(word)));
            first(&["INSERT", "REPLACE"]) && has(&["VALUES", "DEFAULT"]) && !has(&["IGNORE", "NOTHING"])
        }
        Needs::Write => first(&["INSERT", "REPLACE", "UPDATE", "DELETE", "WITH"]),
        Needs::All => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::history;

    const TABLES: &str = "CREATE TABLE a(id INTEGER PRIMARY KEY, x); CREATE TABLE b(a INTEGER, n);";

    #[test]
    fn what_ran_before_the_migration_is_asked_for() {
        for (text, place) in [
            ("INSERT INTO b(a) VALUES (last_insert_rowid());", "1:26"),
            ("UPDATE b SET n = changes();", "1:18"),
            ("UPDATE b SET n = total_changes();", "1:18"),
            ("DELETE FROM b WHERE n = Last_Insert_Rowid ();", "1:25"),
            (
                "INSERT INTO a SELECT * FROM a WHERE x = 0;\nINSERT INTO b(a) VALUES (last_insert_rowid());",
                "2:26",
            ),
            (
                "INSERT OR IGNORE INTO a VALUES (1, 2);\nINSERT INTO b(a) VALUES (last_insert_rowid());",
                "2:26",
            ),
            ("DELETE FROM b;\nUPDATE b SET n = total_changes();", "2:18"),
        ] {
            let found = history(&[TABLES, text]);
            assert_eq!(found, [format!("connection_dependent_value 0002_m.sql:{place}")], "{text}");
        }
    }

    #[test]
    fn silent_where_the_migration_itself_gives_the_answer() {
        for text in [
            "INSERT INTO a(x) VALUES (1); INSERT INTO b(a) VALUES (last_insert_rowid());",
            "INSERT INTO a DEFAULT VALUES; INSERT INTO b(a) VALUES (last_insert_rowid());",
            "UPDATE a SET x = 2 WHERE x = 1; INSERT INTO b(n) VALUES (changes());",
            "CREATE TRIGGER t AFTER INSERT ON a BEGIN INSERT INTO b(a) VALUES (last_insert_rowid()); END;",
            "CREATE VIEW v AS SELECT changes() AS n;",
            "CREATE TABLE changes(n); INSERT INTO b(n) SELECT n FROM changes;",
            "INSERT INTO b(n) VALUES ('last_insert_rowid()');",
        ] {
            assert_eq!(history(&[TABLES, text]), [""; 0], "{text}");
        }
    }
}
