//! A view that is dropped so that a table can be rebuilt, and not made again although it still could be read.

use crate::checks::words::taken_away;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::rule::Rule;
use crate::folder::history::History;
use crate::replay::{Loss, Part};

/// `view_lost`
pub static RULE: Rule =
    Rule::warning("view_lost", "a view that is dropped for a rebuild is made again after it")
        .allowable()
        .effect("Every query that reads the view fails.")
        .examples(
            "-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);
CREATE VIEW open AS SELECT id FROM jobs;
-- 0002_next.sql
DROP VIEW open;
CREATE TABLE new(id INTEGER PRIMARY KEY, state TEXT, due TEXT);
INSERT INTO new(id, state) SELECT id, state FROM jobs;
DROP TABLE jobs;
ALTER TABLE new RENAME TO jobs;",
            "-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);
CREATE VIEW open AS SELECT id FROM jobs;
-- 0002_next.sql
DROP VIEW open;
CREATE TABLE new(id INTEGER PRIMARY KEY, state TEXT, due TEXT);
INSERT INTO new(id, state) SELECT id, state FROM jobs;
DROP TABLE jobs;
ALTER TABLE new RENAME TO jobs;
CREATE VIEW open AS SELECT id FROM jobs;",
        );

pub(crate) fn check(history: &History, loss: &Loss) -> Option<Diagnostic> {
    let Part::View { name, sql } = &loss.what else { return None };
    let message = format!("view `{name}` is dropped for the rebuild of `{}` and not made again", loss.table);
    let lost = Diagnostic::new(&RULE, history.place(loss.at), message);
    Some(taken_away(lost, "dropped here", "every query that reads the view fails", sql))
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::{REBUILD, history};

    const JOBS: &str =
        "CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT); CREATE VIEW open AS SELECT id FROM jobs;";

    #[test]
    fn dropped_and_not_made_again() {
        assert_eq!(history(&[JOBS, &format!("DROP VIEW open;\n{REBUILD}")]), ["view_lost 0002_m.sql:1:1"]);
    }

    #[test]
    fn silent_where_it_is_made_again_or_meant_to_go() {
        let again = "CREATE VIEW open AS SELECT id, due FROM jobs;";
        assert_eq!(history(&[JOBS, &format!("DROP VIEW open; {REBUILD} {again}")]), [""; 0]);
        assert_eq!(history(&[JOBS, "DROP VIEW open;", REBUILD]), [""; 0]);
        let other =
            "CREATE TABLE y(a); INSERT INTO y SELECT a FROM x; DROP TABLE x; ALTER TABLE y RENAME TO x;";
        assert_eq!(history(&[JOBS, "CREATE TABLE x(a);", &format!("DROP VIEW open; {other}")]), [""; 0]);
        let state = JOBS.replace("SELECT id", "SELECT state");
        let without =
            REBUILD.replace("state TEXT, ", "").replace("(id, state) SELECT id, state", "(id) SELECT id");
        assert_eq!(history(&[&state, &format!("DROP VIEW open; {without}")]), [""; 0]);
    }
}
