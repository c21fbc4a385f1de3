//! AUTOINCREMENT that a table has no longer after a rebuild.
//!
//! The keys of deleted rows are used again then: what still knows an old row by its key finds another.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::rule::Rule;
use crate::folder::history::History;
use crate::replay::{Loss, Part};

/// `autoincrement_lost`
pub static RULE: Rule = Rule::warning("autoincrement_lost", "a rebuild keeps AUTOINCREMENT")
    .allowable()
    .effect(
        "The keys of deleted rows are used again: what still knows an old row by its key finds another one.",
    )
    .examples(
        "-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY AUTOINCREMENT);
-- 0002_next.sql
CREATE TABLE new(id INTEGER PRIMARY KEY, due TEXT);
INSERT INTO new(id) SELECT id FROM jobs;
DROP TABLE jobs;
ALTER TABLE new RENAME TO jobs;",
        "-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY AUTOINCREMENT);
-- 0002_next.sql
CREATE TABLE new(id INTEGER PRIMARY KEY AUTOINCREMENT, due TEXT);
INSERT INTO new(id) SELECT id FROM jobs;
DROP TABLE jobs;
ALTER TABLE new RENAME TO jobs;",
    );

pub(crate) fn check(history: &History, loss: &Loss) -> Option<Diagnostic> {
    let Part::Autoincrement = &loss.what else { return None };
    let message = format!("`{}` loses its AUTOINCREMENT in the rebuild", loss.table);
    Some(
        Diagnostic::new(&RULE, history.place(loss.at), message)
            .label("makes the table without it")
            .note("the keys of deleted rows are used again: what still knows an old row by its key finds another one")
            .help("write `INTEGER PRIMARY KEY AUTOINCREMENT`, or rebuild the table once more if this is released"),
    )
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::history;

    const JOBS: &str = "CREATE TABLE jobs(id INTEGER PRIMARY KEY AUTOINCREMENT);";

    fn rebuild(key: &str) -> String {
        format!(
            "CREATE TABLE n({key}, a TEXT); INSERT INTO n(id) SELECT id FROM jobs; DROP TABLE jobs; ALTER TABLE n RENAME TO jobs;"
        )
    }

    #[test]
    fn gone_with_the_old_table() {
        assert_eq!(
            history(&[JOBS, &rebuild("id INTEGER PRIMARY KEY")]),
            ["autoincrement_lost 0002_m.sql:1:1"]
        );
    }

    #[test]
    fn gone_beside_a_constraint() {
        let (old, new) =
            ("CREATE TABLE jobs(id INTEGER PRIMARY KEY AUTOINCREMENT, a);", "id INTEGER PRIMARY KEY, a");
        let rebuild = |also: &str| {
            format!(
                "CREATE TABLE n({new}{also}); INSERT INTO n SELECT * FROM jobs; DROP TABLE jobs; ALTER TABLE n RENAME TO jobs;"
            )
        };
        assert_eq!(history(&[old, &rebuild(", UNIQUE (a, id)")]), ["autoincrement_lost 0002_m.sql:1:1"]);
        assert_eq!(history(&[old, &rebuild("")]), [""; 0]);
    }

    #[test]
    fn silent_where_it_is_kept_or_the_key_is_another() {
        assert_eq!(history(&[JOBS, &rebuild("id INTEGER PRIMARY KEY AUTOINCREMENT")]), [""; 0]);
        assert_eq!(history(&[JOBS, &rebuild("id TEXT PRIMARY KEY NOT NULL")]), [""; 0]);
        // What has none of the rows is another table.
        let anew = "DROP TABLE jobs; CREATE TABLE jobs(number INTEGER PRIMARY KEY, a TEXT);";
        assert_eq!(history(&[JOBS, anew]), [""; 0]);
        let again = rebuild("id INTEGER PRIMARY KEY AUTOINCREMENT").replace(", a TEXT", "");
        assert_eq!(history(&[JOBS, &rebuild("id INTEGER PRIMARY KEY"), &again]), [""; 0]);
    }
}
