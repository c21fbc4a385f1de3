//! A subquery selects a column that its own tables do not have, and so gets that of the statement around it.
//!
//! [Names are looked up](https://www.sqlite.org/lang_select.html) from the inside out. So `id NOT IN (SELECT job FROM done)`
//! is no error where `done` has no column `job` and the table outside has: the subquery then gives the outer row's own
//! value, once for each row of `done`.

use crate::diagnostic::rule::Rule;
use crate::diagnostic::{Diagnostic, Severity};
use crate::folder::history::History;
use crate::replay::{Outer, Replay, Where};

/// `outer_column`
pub static RULE: Rule = Rule::error("outer_column", "a subquery selects a column of its own tables")
    .allowable()
    .effect("Nothing fails: the statement changes or deletes all rows, or none.")
    .examples(
        "-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, job INTEGER);
CREATE TABLE done(id INTEGER PRIMARY KEY);
-- 0002_next.sql
DELETE FROM jobs WHERE job NOT IN (SELECT job FROM done);",
        "-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, job INTEGER);
CREATE TABLE done(id INTEGER PRIMARY KEY);
-- 0002_next.sql
DELETE FROM jobs WHERE job NOT IN (SELECT id FROM done);",
    );

pub(crate) fn check<'a>(history: &'a History, replay: &'a Replay) -> impl Iterator<Item = Diagnostic> + 'a {
    replay.outer.iter().map(|outer| explain(history, outer))
}

fn explain(history: &History, outer: &Outer) -> Diagnostic {
    let Outer { at, column, range, table, place, near } = outer;
    let (severity, effect) = match place {
        Where::In => (
            Severity::Error,
            "is true for every row whose value is not NULL, if the table has any row at all",
        ),
        Where::NotIn => (Severity::Error, "is never true, if the table has any row at all"),
        Where::Value => (Severity::Warning, "gives each row its own value back, or NULL"),
    };
    let statement = history.place(*at);
    let start = statement.range.start;
    let message =
        format!("`{table}` has no column `{column}`, so this is the column of the statement around it");
    let near = near.as_ref().map(|near| format!(" (is it `{near}`?)")).unwrap_or_default();
    Diagnostic::new(&RULE, statement.file.at(start + range.start..start + range.end), message)
        .severity(severity)
        .label("found in no table of the subquery")
        .note(format!("SQLite accepts it, and the condition or value {effect}"))
        .help(format!(
            "name a column of `{table}`{near}; if the outer column is meant, write its table in front of it"
        ))
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::{folder, history};

    const TABLES: &str = "CREATE TABLE jobs(id INTEGER PRIMARY KEY, job INTEGER, note TEXT);\n\
                          CREATE TABLE done(id INTEGER PRIMARY KEY, jobs INTEGER);";

    fn found(statement: &str) -> Vec<(&'static str, bool, String)> {
        let found = folder(&[("1_a.sql", TABLES), ("2_b.sql", statement)]);
        let text = |place| found.history.files.text(place).to_owned();
        found.diagnostics.iter().map(|d| (d.rule.code, d.is_error(), text(&d.place))).collect()
    }

    #[test]
    fn a_column_that_only_the_outside_has() {
        for statement in [
            "DELETE FROM jobs WHERE job NOT IN (SELECT job FROM done);",
            "DELETE FROM jobs WHERE id IN (SELECT DISTINCT job FROM done WHERE done.id > 1);",
            "UPDATE jobs SET note = '' WHERE id IN (SELECT job AS id FROM done ORDER BY 1);",
            "INSERT INTO done(id) SELECT id FROM jobs WHERE id NOT IN (SELECT job FROM done UNION SELECT id FROM done);",
            "DELETE FROM jobs WHERE (id IN (SELECT id FROM done)) AND id IN (\n  SELECT job -- it\n FROM done\n);",
            "CREATE VIEW v AS SELECT * FROM jobs WHERE job NOT IN (SELECT job FROM main.done);",
        ] {
            assert_eq!(found(statement), [("outer_column", true, "job".to_owned())], "{statement}");
        }
        let quoted = "DELETE FROM jobs WHERE job NOT IN (SELECT \"job\" FROM done);";
        assert_eq!(found(quoted), [("outer_column", true, "\"job\"".to_owned())]);
    }

    #[test]
    fn a_value_is_a_warning() {
        let update = "UPDATE jobs SET job = (SELECT job FROM done WHERE done.id = jobs.id);";
        assert_eq!(found(update), [("outer_column", false, "job".to_owned())]);
    }

    #[test]
    fn the_nearest_column_is_named() {
        let found = folder(&[
            ("1_a.sql", TABLES),
            ("2_b.sql", "DELETE FROM jobs WHERE job NOT IN (SELECT job FROM done);"),
        ]);
        assert!(found.diagnostics[0].help.contains("(is it `jobs`?)"), "{:?}", found.diagnostics);
    }

    #[test]
    fn silent_where_it_is_meant() {
        for statement in [
            "DELETE FROM jobs WHERE job NOT IN (SELECT id FROM done);",
            "DELETE FROM jobs WHERE job NOT IN (SELECT jobs FROM done WHERE done.id = job);",
            "DELETE FROM jobs WHERE job IN (SELECT jobs.job FROM done);",
            "DELETE FROM jobs WHERE EXISTS (SELECT job FROM done WHERE done.id = job);",
            "DELETE FROM jobs WHERE NOT EXISTS (SELECT job FROM done);",
            "DELETE FROM jobs WHERE job IN (SELECT value FROM json_each('[1]'));",
            "WITH d AS (SELECT id AS job FROM done) DELETE FROM jobs WHERE job IN (SELECT job FROM d);",
            "DELETE FROM jobs WHERE job IN (SELECT job FROM (SELECT id AS job FROM done));",
            "DELETE FROM jobs WHERE job IN (SELECT job FROM jobs);",
            "DELETE FROM jobs WHERE job IN (SELECT rowid FROM done);",
            "UPDATE jobs SET job = (SELECT job);",
            "UPDATE jobs SET job = (SELECT max(job, done.id) FROM done);",
            "DELETE FROM jobs WHERE (id, job) IN (SELECT id, jobs FROM done);",
            "DELETE FROM jobs WHERE job IN (SELECT 1 FROM done);",
        ] {
            assert_eq!(found(statement), [], "{statement}");
        }
        let allowed = "-- onward: allow(outer_column) released\nDELETE FROM jobs WHERE job NOT IN (SELECT job FROM done);";
        assert_eq!(history(&[TABLES, allowed]), [""; 0]);
        // What no table has is another fault.
        let nowhere = "DELETE FROM jobs WHERE job NOT IN (SELECT nowhere FROM done);";
        assert_eq!(history(&[TABLES, nowhere])[0].split(' ').next(), Some("unknown_column"));
    }
}
