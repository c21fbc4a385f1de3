//! A rebuild that turns a column of texts into one of numbers, so that values are converted as they are copied.
//!
//! By [affinity](https://www.sqlite.org/datatype3.html#type_affinity), a text that looks like a number becomes one:
//! '01234' is 1234 from then on, and '1e3' is 1000.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::rule::Rule;
use crate::folder::history::History;
use crate::replay::{Loss, Part};

/// `affinity_changed`
pub static RULE: Rule =
    Rule::warning("affinity_changed", "a rebuild keeps the values of its columns as they are")
        .allowable()
        .effect(
            "Texts that look like numbers are converted as they are copied: '01234' is 1234 from then on.",
        )
        .examples(
            "-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, zip TEXT);
-- 0002_next.sql
CREATE TABLE new(id INTEGER PRIMARY KEY, zip INTEGER);
INSERT INTO new(id, zip) SELECT id, zip FROM jobs;
DROP TABLE jobs;
ALTER TABLE new RENAME TO jobs;",
            "-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, zip TEXT);
-- 0002_next.sql
CREATE TABLE new(id INTEGER PRIMARY KEY, zip VARCHAR(9));
INSERT INTO new(id, zip) SELECT id, zip FROM jobs;
DROP TABLE jobs;
ALTER TABLE new RENAME TO jobs;",
        );

pub(crate) fn check(history: &History, loss: &Loss) -> Option<Diagnostic> {
    let Part::Affinity { column, from, to } = &loss.what else { return None };
    let message = format!("`{}.{column}` is {to} after the rebuild, and was {from}", loss.table);
    Some(
        Diagnostic::new(&RULE, history.place(loss.at), message)
            .label("rebuilds the table")
            .note("texts that look like numbers are converted as they are copied: '01234' becomes 1234")
            .help(format!(
                "keep the type, or say that numbers are meant: `CAST({column} AS {to})` in the copy"
            )),
    )
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::history;

    const JOBS: &str = "CREATE TABLE jobs(id INTEGER PRIMARY KEY, zip TEXT);";

    fn rebuild(declared: &str, value: &str) -> String {
        format!(
            "CREATE TABLE n(id INTEGER PRIMARY KEY, zip {declared}); INSERT INTO n(id, zip) SELECT id, {value} FROM jobs; DROP TABLE jobs; ALTER TABLE n RENAME TO jobs;"
        )
    }

    #[test]
    fn texts_become_numbers() {
        for declared in ["INTEGER", "REAL", "NUMERIC"] {
            assert_eq!(
                history(&[JOBS, &rebuild(declared, "zip")]),
                ["affinity_changed 0002_m.sql:1:1"],
                "{declared}"
            );
        }
    }

    #[test]
    fn silent_where_nothing_is_converted_or_the_copy_says_so() {
        for (declared, value) in
            [("VARCHAR(9)", "zip"), ("BLOB", "zip"), ("DATETIME", "zip"), ("INTEGER", "CAST(zip AS INTEGER)")]
        {
            assert_eq!(history(&[JOBS, &rebuild(declared, value)]), [""; 0], "{declared}");
        }
    }
}
