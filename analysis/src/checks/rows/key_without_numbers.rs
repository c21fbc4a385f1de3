//! A primary key that looks as if it numbered its rows, and does not.
//!
//! Only a column declared `INTEGER PRIMARY KEY`, in these words, is the
//! [rowid](https://www.sqlite.org/lang_createtable.html#rowids_and_the_integer_primary_key). `INT`, `BIGINT`, `SERIAL` or
//! `INT AUTO_INCREMENT` are types of other databases: here they make a column of its own, which takes NULL.

use onward_core::name::Ident;
use onward_schema::{Affinity, Column, Table};

use crate::diagnostic::Diagnostic;
use crate::diagnostic::rule::Rule;
use crate::folder::history::History;
use crate::replay::{Part, Replay};

/// `key_without_numbers`
pub static RULE: Rule = Rule::warning(
    "key_without_numbers",
    "a primary key of whole numbers is an INTEGER PRIMARY KEY, or NOT NULL",
)
.allowable()
.effect("An INSERT without a key leaves it NULL, in as many rows as you like.")
.examples(
    "-- 0001_jobs.sql
CREATE TABLE jobs(id INT PRIMARY KEY, state TEXT);",
    "-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);",
);

/// What other databases call a column that numbers its rows; SQLite takes it for a part of the type.
const COUNTERS: [&str; 7] =
    ["AUTO_INCREMENT", "AUTOINCREMENT", "IDENTITY", "SERIAL", "BIGSERIAL", "SMALLSERIAL", "SEQUENCE"];

pub(crate) fn check(history: &History, replay: &Replay) -> Vec<Diagnostic> {
    let tables = replay.schema.tables.values();
    let columns = tables.flat_map(|table| table.columns.iter().map(move |column| (table, column)));
    columns.filter_map(|(table, column)| explain(history, replay, table, column)).collect()
}

fn explain(history: &History, replay: &Replay, table: &Table, column: &Column) -> Option<Diagnostic> {
    let is_alone = matches!(&table.primary_key()[..], [only] if only.name == column.name);
    let counts = counter(column).is_some();
    let looks_numbered = counts || (is_alone && column.affinity == Affinity::Integer);
    if !looks_numbered
        || table.module.is_some()
        || table.rowid().is_some_and(|rowid| rowid.name == column.name)
    {
        return None;
    }
    // A key that must be given is a matter of taste, as long as nothing says that it numbers itself.
    if !table.is_nullable(column) && !counts {
        return None;
    }
    // A rebuild that has made it so is told as that.
    let is_lost = replay.losses.iter().any(|loss| {
        matches!(&loss.what, Part::NotNull(lost) if Ident(lost) == column.name)
            && Ident(&loss.table) == table.name
    });
    if is_lost {
        return None;
    }
    let place = replay.definition(history, &table.name, &column.name)?;
    let migration = history.migrations.iter().position(|migration| migration.file == place.file)?;
    if migration < replay.from {
        return None;
    }
    let name = format!("{}.{}", table.name, column.name);
    let effect = match table.is_nullable(column) {
        true => "an INSERT without it leaves NULL, in as many rows as you like",
        false => "an INSERT without it fails",
    };
    Some(
        Diagnostic::new(&RULE, place, format!("`{name}` does not number its rows"))
            .label(format!("is of the type `{}`", column.declared_type))
            .note(format!("only `INTEGER PRIMARY KEY`, in these words, is given a number: {effect}"))
            .help(match is_alone {
                true => format!(
                    "write `{} INTEGER PRIMARY KEY`, or add NOT NULL if the type is to be another",
                    column.name
                ),
                false => "give the column its values, or make it the INTEGER PRIMARY KEY".to_owned(),
            }),
    )
}

fn counter(column: &Column) -> Option<&'static str> {
    let mut words = column.declared_type.split(|c: char| !c.is_alphanumeric() && c != '_');
    words.find_map(|word| COUNTERS.iter().find(|counter| Ident(word) == counter).copied())
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::{folder, history};

    #[test]
    fn types_of_other_databases() {
        for (column, place) in [
            ("id INT PRIMARY KEY", "1:19"),
            ("id BIGINT PRIMARY KEY", "1:19"),
            ("id INT UNSIGNED PRIMARY KEY", "1:19"),
            ("id INTEGER PRIMARY KEY DESC", "1:19"),
            ("id INT AUTO_INCREMENT PRIMARY KEY", "1:19"),
            ("id SERIAL PRIMARY KEY", "1:19"),
            ("id BIGSERIAL NOT NULL PRIMARY KEY", "1:19"),
            ("id SERIAL", "1:19"),
            ("id INT IDENTITY(1, 1)", "1:19"),
            ("a, id INT, PRIMARY KEY (id)", "1:22"),
        ] {
            let found = history(&[&format!("CREATE TABLE jobs({column});")]);
            assert_eq!(found, [format!("key_without_numbers 0001_m.sql:{place}")], "{column}");
        }
    }

    #[test]
    fn it_says_what_an_insert_does() {
        let notes = |column: &str| {
            folder(&[("1_a.sql", &format!("CREATE TABLE t({column});"))]).diagnostics[0].notes[0].clone()
        };
        assert!(notes("id INT PRIMARY KEY").ends_with("leaves NULL, in as many rows as you like"));
        assert!(notes("id SERIAL NOT NULL PRIMARY KEY").ends_with("fails"));
    }

    #[test]
    fn silent_where_it_is_the_rowid_or_must_be_given_or_is_no_number() {
        for table in [
            "t(id INTEGER PRIMARY KEY)",
            "t(id integer NOT NULL PRIMARY KEY AUTOINCREMENT)",
            "t(a, id INTEGER, PRIMARY KEY (id))",
            "t(id INT NOT NULL PRIMARY KEY)",
            "t(id INT PRIMARY KEY) WITHOUT ROWID",
            "t(id INT PRIMARY KEY) STRICT",
            "t(id TEXT PRIMARY KEY)",
            "t(a INT, b INT, PRIMARY KEY (a, b))",
            "t(id INT, serial TEXT)",
        ] {
            assert_eq!(history(&[&format!("CREATE TABLE {table};")]), [""; 0], "{table}");
        }
        // What a later migration has mended is no fault any more.
        let rebuild =
            "CREATE TABLE n(id INTEGER PRIMARY KEY); INSERT INTO n SELECT id FROM t WHERE id NOT NULL;
            DROP TABLE t; ALTER TABLE n RENAME TO t;";
        assert_eq!(history(&["CREATE TABLE t(id INT PRIMARY KEY);", rebuild]), [""; 0]);
    }

    #[test]
    fn a_rebuild_that_makes_it_so_is_told_once() {
        let rebuild = "CREATE TABLE n(id INT PRIMARY KEY); INSERT INTO n SELECT id FROM t;
            DROP TABLE t; ALTER TABLE n RENAME TO t;";
        assert_eq!(
            history(&["CREATE TABLE t(id INTEGER PRIMARY KEY);", rebuild]),
            ["null_primary_key 0002_m.sql:1:1"]
        );
    }
}
