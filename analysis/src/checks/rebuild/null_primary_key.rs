//! A rebuild after which the primary key takes NULL.
//!
//! `INTEGER PRIMARY KEY` is the rowid and never NULL. Any other type makes a column of its own, which by
//! [a quirk](https://www.sqlite.org/quirks.html#primary_keys_can_sometimes_contain_nulls) may be NULL in many rows.

use crate::config::schema::SETTING;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::rule::Rule;
use crate::folder::history::History;
use crate::replay::{Loss, Part};

/// `null_primary_key`
pub static RULE: Rule = Rule::warning("null_primary_key", "a rebuild keeps NULL out of the primary key")
    .allowable()
    .effect("An INSERT without a key leaves it NULL, in as many rows as you like.")
    .examples(
        "-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);
-- 0002_next.sql
CREATE TABLE new(id INT PRIMARY KEY, state TEXT);
INSERT INTO new(id, state) SELECT id, state FROM jobs;
DROP TABLE jobs;
ALTER TABLE new RENAME TO jobs;",
        "-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);
-- 0002_next.sql
CREATE TABLE new(id INTEGER PRIMARY KEY, state TEXT);
INSERT INTO new(id, state) SELECT id, state FROM jobs;
DROP TABLE jobs;
ALTER TABLE new RENAME TO jobs;",
    );

pub(crate) fn check(history: &History, loss: &Loss) -> Option<Diagnostic> {
    let Part::NotNull(column) = &loss.what else { return None };
    let message = format!("the primary key `{}.{column}` takes NULL after the rebuild", loss.table);
    let vouched = history
        .config
        .primary_keys
        .as_ref()
        .map(|_| format!("; {SETTING} in onward.toml does not make SQLite refuse it"));
    Some(
        Diagnostic::new(&RULE, history.place(loss.at), message)
            .label("rebuilds the table")
            .note(format!(
                "an INSERT without a key leaves it NULL, in as many rows as you like, and SQLite numbers no row{}",
                vouched.unwrap_or_default()
            ))
            .help(format!("write `{column} INTEGER PRIMARY KEY`, or add NOT NULL if the type is to be another")),
    )
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::{folder, history};

    const JOBS: &str = "CREATE TABLE jobs(id INTEGER PRIMARY KEY);";

    fn rebuild(key: &str) -> String {
        format!(
            "CREATE TABLE n({key}, a TEXT); INSERT INTO n(id) SELECT id FROM jobs; DROP TABLE jobs; ALTER TABLE n RENAME TO jobs;"
        )
    }

    #[test]
    fn another_type_takes_null() {
        for key in ["id INT PRIMARY KEY", "id BIGINT PRIMARY KEY", "id INTEGER PRIMARY KEY DESC"] {
            assert_eq!(history(&[JOBS, &rebuild(key)]), ["null_primary_key 0002_m.sql:1:1"], "{key}");
        }
    }

    /// To say that no key is NULL does not keep SQLite from taking one.
    #[test]
    fn what_is_said_of_keys_is_no_part_of_the_table() {
        let config = "[schema]\nprimary_keys = 'not null'\n[levels]\ndata_dropped = 'allow'\n";
        let found = folder(&[
            ("1_a.sql", JOBS),
            ("2_b.sql", &rebuild("id INT PRIMARY KEY")),
            ("onward.toml", config),
        ]);
        let told = &found.diagnostics[0];
        assert_eq!(told.rule.code, "null_primary_key");
        assert!(told.notes[0].ends_with("in onward.toml does not make SQLite refuse it"), "{told:?}");
    }

    #[test]
    fn silent_where_it_does_not() {
        for key in [
            "id INTEGER PRIMARY KEY",
            "id INT PRIMARY KEY NOT NULL",
            "id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT",
        ] {
            assert_eq!(history(&[JOBS, &rebuild(key)]), [""; 0], "{key}");
        }
    }
}
