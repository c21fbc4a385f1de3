//! A statement uses a table, index, view or trigger that is not there: never made, or dropped before.

use onward_core::kind::{Change, Kind};

use crate::config::external::module;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::rule::Rule;
use crate::folder::history::History;
use crate::replay::{Fault, place_of_origin};
use crate::sqlite::message::Cause;

/// `unknown_table`
pub static RULE: Rule =
    Rule::error("unknown_table", "a statement uses tables, indexes, views and triggers that exist")
        .effect("No fresh database starts: no migration makes such a table.")
        .examples(
            "-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);
CREATE INDEX by_state ON job(state);",
            "-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);
CREATE INDEX by_state ON jobs(state);",
        );

pub(crate) fn explain(history: &History, fault: &Fault) -> Option<Diagnostic> {
    let (what, name) = match &fault.refusal.cause {
        Cause::NoTable(name) => ("table", name),
        Cause::NoObject(object, name) => (object.as_str(), name),
        _ => return None,
    };
    let place = fault.place(history, name);
    if let Some(since) = fault.since.filter(|since| since.worked) {
        let origin = place_of_origin(history, since.at, name);
        let message = format!("{what} `{name}` is gone since {}", history.path(since.at));
        let (label, help) = match &history.statement(since.at).kind {
            Kind::Alter { change: Some(Change::RenameTable(to)), .. } => {
                ("renamed here", format!("use the new name, `{}`", to.text))
            }
            _ => ("dropped here", "move the statement in front of the removal, or leave it out".to_owned()),
        };
        return Some(
            Diagnostic::new(&RULE, place, message)
                .label(format!("no such {what} any more"))
                .related(origin, label)
                .help(help),
        );
    }
    let drops = matches!(history.statement(fault.at).kind, Kind::Drop { .. });
    let help = match &fault.near {
        Some(near) => format!("there is a table with a similar name: `{near}`"),
        None if drops => {
            format!(
                "a fresh database has no such {what}; write `DROP {} IF EXISTS {name}`",
                what.to_uppercase()
            )
        }
        None if what == "table" => {
            format!("create the table in a migration before this one; {}", by_others(name))
        }
        None => format!("create the {what} in a migration before this one"),
    };
    Some(
        Diagnostic::new(
            &RULE,
            place,
            format!("no migration makes a {what} `{name}`").replace("a index", "an index"),
        )
        .label(format!("no such {what}"))
        .help(help),
    )
}

/// What to do about a table that others make.
pub(crate) fn by_others(name: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.');
    let key = if name.chars().all(is_plain) { name.to_owned() } else { format!("'{name}'") };
    format!(
        "if another history or the application makes it, name it in onward.toml with the columns that matter, `[external]` and \
         `{key} = [\"id\"]`"
    )
}

/// What to write instead of a table that is not there at the end of the history: it went in the file `gone`, or another
/// is spelled almost the same.
pub(crate) fn help(name: &str, gone: Option<&str>, near: Option<String>) -> String {
    match (gone, near) {
        (Some(file), _) => format!("it is gone since {file}"),
        (None, Some(near)) => format!("there is one with a similar name: `{near}`"),
        (None, None) => {
            format!("create it in a migration, or name the folder that does; {}", by_others(name))
        }
    }
}

/// What to do about a function with rows, which is called in the place of a table.
pub(crate) fn function(name: &str) -> String {
    let (columns, value) = match module(name) {
        Some(_) => ("", "[]"),
        None => (" with the columns of its rows", "\"value TEXT NOT NULL\""),
    };
    format!(
        "if the application has a table-valued function of this name, name it in onward.toml{columns}, `[external]` and \
         `\"{name}()\" = {value}`"
    )
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::{folder, history};

    #[test]
    fn never_made() {
        for text in [
            "INSERT INTO jbos VALUES (1)",
            "CREATE INDEX i ON jbos(id)",
            "ALTER TABLE jbos ADD b",
            "DROP TABLE jbos",
        ] {
            let found = folder(&[("1_a.sql", "CREATE TABLE jobs(id)"), ("2_b.sql", text)]).diagnostics;
            assert_eq!(found[0].rule.code, "unknown_table");
            assert!(found[0].help.contains("`jobs`"), "{text}: {}", found[0].help);
        }
        assert_eq!(history(&["DROP INDEX i"]), ["unknown_table 0001_m.sql:1:12"]);
        assert_eq!(history(&["DROP INDEX IF EXISTS i; DROP TABLE IF EXISTS t"]), [""; 0]);
    }

    #[test]
    fn the_place_is_the_name_with_its_schema_or_with_a_dot_in_it() {
        assert_eq!(history(&["INSERT INTO main.jobs VALUES (1)"]), ["unknown_table 0001_m.sql:1:18"]);
        assert_eq!(history(&["INSERT INTO \"a.b\" VALUES (1)"]), ["unknown_table 0001_m.sql:1:13"]);
    }

    #[test]
    fn what_was_not_dropped_would_not_have_been_there() {
        let found = history(&["DROP TABLE jobs;\nINSERT INTO jobs VALUES (1);"]);
        assert_eq!(found, ["unknown_table 0001_m.sql:1:12", "unknown_table 0001_m.sql:2:13"]);
    }

    #[test]
    fn another_database_explains_what_is_missing_there_and_no_more() {
        let text = "ATTACH 'x.db' AS y;\nINSERT INTO y.t VALUES (1);\nINSERT INTO t VALUES (1);";
        assert_eq!(
            history(&[text]),
            ["non_transactional_statement 0001_m.sql:1:1", "unknown_table 0001_m.sql:3:13"]
        );
    }

    #[test]
    fn temporary_tables_end_with_their_migration() {
        let temporary = "CREATE TEMP TABLE t(a); INSERT INTO t VALUES (1);";
        assert_eq!(history(&[temporary, "INSERT INTO t VALUES (2);"]), ["unknown_table 0002_m.sql:1:13"]);
        let alone = "CREATE TEMP TABLE t(a);";
        assert_eq!(history(&[alone, alone]), [""; 0]);
        assert_eq!(history(&[temporary, temporary]), [""; 0]);
    }

    #[test]
    fn dropped_before() {
        let found = folder(&[
            ("1_a.sql", "CREATE TABLE t(a)"),
            ("2_b.sql", "DROP TABLE t"),
            ("3_c.sql", "DROP TABLE t"),
        ]);
        assert_eq!(found.diagnostics[0].message, "table `t` is gone since 2_b.sql");
        let rename = "ALTER TABLE t RENAME TO u";
        let found =
            folder(&[("1_a.sql", "CREATE TABLE t(a)"), ("2_b.sql", rename), ("3_c.sql", "DELETE FROM t")]);
        let place = &found.diagnostics[0].related[0].place;
        assert_eq!(found.history.path(crate::folder::history::At { migration: 1, statement: 0 }), "2_b.sql");
        assert_eq!(found.history.files.get(place.file).path, "2_b.sql");
        assert_eq!(found.diagnostics[0].help, "use the new name, `u`");
    }
}
