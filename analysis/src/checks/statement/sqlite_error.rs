//! Whatever else SQLite says.

use onward_core::kind::{Change, Kind, ObjectKind};
use onward_core::token::list;
use rusqlite::Error;

use crate::checks::hint;
use crate::checks::words::enforced;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::rule::Rule;
use crate::file::Place;
use crate::folder::history::{At, History};
use crate::replay::{DOUBLE_QUOTED_STRING, Fault, place_of_origin};
use crate::sqlite::message::{Cause, Elsewhere};

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

pub(crate) fn explain(history: &History, fault: &Fault) -> Option<Diagnostic> {
    let place = match fault.refusal.offset {
        Some(_) => fault.place(history, ""),
        None => history.place(fault.at),
    };
    if fault.refusal.message == "not authorized" {
        let would = match history.statement(fault.at).kind {
            Kind::Create { object: ObjectKind::Index, .. } => "put an index on it",
            Kind::Create { object: ObjectKind::Trigger, .. } => "put a trigger on it",
            _ => "change it",
        };
        if let Some(place) = history.named(fault.at, history.config.ledger().table()).first() {
            return Some(of_ledger(history, place.clone(), would));
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
    if let Cause::Elsewhere(culprit) = &fault.refusal.cause
        && let Some(diagnostic) = in_the_way(history, fault, culprit)
    {
        return Some(diagnostic);
    }
    let enforced = enforced(history, &fault.refusal.message).map(str::to_owned);
    let help = enforced.or_else(|| hint::statement(history.sql(fault.at), &fault.refusal));
    let help = help.unwrap_or_else(|| {
        "every fresh database runs this statement, so it must work after the migrations before it".to_owned()
    });
    Some(
        Diagnostic::new(&RULE, place, format!("SQLite refuses this: {}", fault.refusal.message))
            .label("refused in the replay of the history")
            .help(help),
    )
}

fn of_ledger(history: &History, place: Place, would: &str) -> Diagnostic {
    let ledger = history.config.ledger().table();
    let message = format!("`{ledger}` is onward's ledger, and this statement would {would}");
    Diagnostic::new(&RULE, place, message)
        .label("which migrations have run is written here")
        .note("no database starts: the run that this is part of could not write what it has done")
        .help("leave the table to onward")
}

/// A trigger that writes into the ledger is refused when it fires, which may be years after it was made.
pub(crate) fn trigger(history: &History, at: At) -> Option<Diagnostic> {
    let Kind::Create { object: ObjectKind::Trigger, .. } = history.statement(at).kind else { return None };
    let sql = history.sql(at);
    let tokens = list(sql);
    let written = tokens.windows(3).find(|tokens| {
        let [first, second, name] = *tokens else { return false };
        let writes = second.is("INTO")
            || second.is("UPDATE")
            || first.is("OR")
            || (first.is("DELETE") && second.is("FROM"));
        writes && name.is_name(history.config.ledger().table())
    })?;
    let (place, range) = (history.place(at), &written[2].range);
    let place = place.file.at(place.range.start + range.start..place.range.start + range.end);
    Some(of_ledger(history, place, "let a trigger change it"))
}

/// An ALTER TABLE that something else in the schema is in the way of: named with its place, and what to do first.
fn in_the_way(history: &History, fault: &Fault, culprit: &Elsewhere) -> Option<Diagnostic> {
    let Elsewhere { object, name, after, says } = culprit;
    let Kind::Alter { table, change } = &history.statement(fault.at).kind else { return None };
    let kind = object.as_str();
    let (what, is_drop) = match change.as_ref()? {
        Change::Drop(column) => (format!("column `{}.{}` cannot be dropped", table.text, column.text), true),
        Change::Rename(column, _) => {
            (format!("column `{}.{}` cannot be renamed", table.text, column.text), false)
        }
        Change::RenameTable(_) => (format!("table `{}` cannot be renamed", table.text), false),
        Change::Add(column) => (format!("column `{}.{}` cannot be added", table.text, column.text), false),
    };
    let moved = match change.as_ref()? {
        Change::Drop(column) | Change::Rename(column, _) | Change::Add(column) => &column.text,
        Change::RenameTable(_) => name,
    };
    let taken = says.strip_prefix("duplicate column name: ").filter(|_| *object == ObjectKind::Table);
    let (why, label, help) = match (object, taken) {
        (_, Some(column)) => (
            format!("`{name}` has a column `{column}` already"),
            "this has the name",
            format!("choose another name, or drop or rename `{name}.{column}` before"),
        ),
        _ if culprit.is_string() => (
            format!("the {kind} `{name}` has a string in double quotes"),
            "made here",
            format!(
                "put `-- onward: allow({DOUBLE_QUOTED_STRING}) <reason>` above this statement as well: SQLite reads the \
                 {kind} again"
            ),
        ),
        (ObjectKind::Table, None) if !after => (
            format!("the table `{name}` cannot be read"),
            "made here",
            format!("make a new table in place of `{name}` before, copy the rows, drop the old table and rename the new one"),
        ),
        (ObjectKind::Table, None) => (
            format!("the table `{name}` itself uses it"),
            "uses the column",
            "make a new table without the column and what uses it, copy the rows, drop the old table and rename the new one"
                .to_owned(),
        ),
        (ObjectKind::Index, None) => {
            (format!("the index `{name}` uses it"), "uses the column", format!("write `DROP INDEX {name};` before"))
        }
        (ObjectKind::View | ObjectKind::Trigger, None) => {
            let upper = kind.to_ascii_uppercase();
            let why = match after {
                true => format!("the {kind} `{name}` uses it"),
                false => format!("the {kind} `{name}` does not work"),
            };
            let help = format!("write `DROP {upper} {name};` before, and make it again afterwards as it is to be");
            (why, if *after { "uses it" } else { "does not work" }, help)
        }
    };
    let uses = if is_drop || taken.is_some() { taken.unwrap_or(moved) } else { name };
    let diagnostic = Diagnostic::new(&RULE, history.place(fault.at), format!("{what}: {why}"))
        .label("refused in the replay of the history")
        .note(format!("SQLite says: {}", fault.refusal.message))
        .help(help);
    Some(match made(history, fault.at, *object, name, uses) {
        Some(place) => diagnostic.related(place, label),
        None => diagnostic,
    })
}

/// Where the history makes what is in the way, as near as can be told to where it names this.
fn made(history: &History, before: At, object: ObjectKind, name: &str, uses: &str) -> Option<Place> {
    let makes = |at: At| match &history.statement(at).kind {
        Kind::Create { object: made, name: found, temporary: false, .. } => *made == object && found.is(name),
        Kind::Alter { table, change: Some(Change::Add(_)) } => object == ObjectKind::Table && table.is(name),
        Kind::Alter { change: Some(Change::Rename(_, to)), table } => {
            object == ObjectKind::Table && table.is(name) && to.is(uses)
        }
        Kind::Alter { change: Some(Change::RenameTable(to)), .. } => {
            object == ObjectKind::Table && to.is(name)
        }
        _ => false,
    };
    let made: Vec<At> = history.statements().take_while(|at| *at < before).filter(|at| makes(*at)).collect();
    let is_rename = |at: &At| {
        matches!(history.statement(*at).kind, Kind::Alter { change: Some(Change::RenameTable(_)), .. })
    };
    let named = |at: &&At| is_rename(at) || !history.named(**at, uses).is_empty();
    let at = made.iter().rev().find(named).or(made.last())?;
    // What uses a column names it last: a table defines it first.
    match is_rename(at) {
        true => Some(place_of_origin(history, *at, uses)),
        false => history.named(*at, uses).pop().or_else(|| Some(history.place(*at))),
    }
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
    fn what_is_in_the_way_of_an_alter_is_named_with_its_place() {
        let table = "CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT, b TEXT);\n";
        let of = |more: &str, alter: &str| {
            let found = testing::folder(&[("1_a.sql", &format!("{table}{more}")), ("2_b.sql", alter)]);
            assert_eq!(found.diagnostics.len(), 1, "{more} {alter}: {:?}", found.diagnostics);
            let only = &found.diagnostics[0];
            let related = only.related.first().map(|related| {
                let position = found.history.files.position(&related.place);
                format!("{}:{} {}", position.line, position.column, found.history.files.text(&related.place))
            });
            (only.message.clone(), related.unwrap_or_default(), only.help.clone())
        };
        let drop = "ALTER TABLE t DROP COLUMN a;";
        for (more, alter, message, related, help) in [
            (
                "CREATE INDEX i ON t(a);",
                drop,
                "column `t.a` cannot be dropped: the index `i` uses it",
                "2:21 a",
                "DROP INDEX i;",
            ),
            (
                "CREATE INDEX i ON t(b) WHERE a > '';",
                drop,
                "column `t.a` cannot be dropped: the index `i` uses it",
                "2:30 a",
                "DROP INDEX i;",
            ),
            (
                "CREATE VIEW v AS SELECT a FROM t;",
                drop,
                "column `t.a` cannot be dropped: the view `v` uses it",
                "2:25 a",
                "DROP VIEW v;",
            ),
            (
                "CREATE TRIGGER g AFTER UPDATE ON t BEGIN SELECT new.a; END;",
                drop,
                "column `t.a` cannot be dropped: the trigger `g` uses it",
                "2:53 a",
                "DROP TRIGGER g;",
            ),
            (
                "ALTER TABLE t ADD COLUMN c AS (a || b);",
                drop,
                "column `t.a` cannot be dropped: the table `t` itself uses it",
                "2:32 a",
                "make a new table without",
            ),
            (
                "",
                "ALTER TABLE t RENAME COLUMN a TO b;",
                "column `t.a` cannot be renamed: `t` has a column `b` already",
                "1:48 b",
                "choose another name",
            ),
            (
                "CREATE VIEW v AS SELECT nowhere FROM t;",
                "ALTER TABLE t RENAME COLUMN a TO c;",
                "column `t.a` cannot be renamed: the view `v` does not work",
                "2:13 v",
                "DROP VIEW v;",
            ),
            (
                "CREATE VIEW v AS SELECT * FROM gone;",
                "ALTER TABLE t RENAME TO u;",
                "table `t` cannot be renamed: the view `v` does not work",
                "2:13 v",
                "DROP VIEW v;",
            ),
        ] {
            let found = of(more, alter);
            assert_eq!((found.0.as_str(), found.1.as_str()), (message, related), "{more} {alter}");
            assert!(found.2.contains(help), "{more} {alter}: {}", found.2);
        }
        // A string in double quotes that is allowed where it stands has to be allowed here.
        let view = "-- onward: allow(double_quoted_string) released\nCREATE VIEW v AS SELECT a FROM t WHERE b = \"x\";";
        let rename = "ALTER TABLE t RENAME COLUMN a TO c;";
        let found = of(view, rename);
        assert_eq!(found.0, "column `t.a` cannot be renamed: the view `v` has a string in double quotes");
        let allowed = format!("-- onward: allow(double_quoted_string) the view\n{rename}");
        assert_eq!(history(&[table, view, &allowed]), [""; 0]);
        // Where it is reported, that is all.
        let view = "CREATE VIEW v AS SELECT a FROM t WHERE b = \"x\";";
        assert_eq!(history(&[table, view, rename]), ["double_quoted_string 0002_m.sql:1:44"]);
        // What keeps its name or its column because of it is no second fault.
        let again = "ALTER TABLE t DROP COLUMN a;\nALTER TABLE t ADD COLUMN a INTEGER;";
        of("CREATE INDEX i ON t(a);", again);
        of("CREATE VIEW v AS SELECT * FROM gone;", "ALTER TABLE t RENAME TO u;\nCREATE TABLE t(id INTEGER);");
        // What does not depend on it is one all the same.
        let twice = "ALTER TABLE t DROP COLUMN a;\nALTER TABLE t ADD COLUMN b INTEGER;";
        assert_eq!(history(&[&format!("{table}CREATE INDEX i ON t(a);"), twice]).len(), 2);
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
