//! A down file that SQLite refuses right behind its way forward.
//!
//! Only `revert` runs it, so it is a warning: it is meant for the day when somebody needs it.

use crate::checks::rows::failure_with_some_rows;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::rule::Rule;
use crate::folder::history::History;
use crate::replay::{Back, Replay};

/// `broken_down_migration`
pub static RULE: Rule = Rule::warning("broken_down_migration", "a down migration can run")
    .allowable()
    .effect("Going back to an older program fails when it is needed.")
    .examples(
        "-- 0001_jobs.up.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);
-- 0001_jobs.down.sql
DROP TABLE job;",
        "-- 0001_jobs.up.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);
-- 0001_jobs.down.sql
DROP TABLE jobs;",
    );

pub(crate) fn check<'a>(history: &'a History, replay: &'a Replay) -> impl Iterator<Item = Diagnostic> + 'a {
    replay.downs.iter().filter_map(|down| {
        let Back::Fails { statement, refusal } = &down.what else { return None };
        let migration = &history.migrations[down.migration];
        let place = migration.down?.at(migration.down_statements[*statement].range.clone());
        let path = &history.files.get(migration.file).path;
        let says = failure_with_some_rows::says(refusal);
        Some(
            Diagnostic::new(&RULE, place, format!("the down migration of `{path}` fails: {says}"))
                .label("SQLite refuses this")
                .note("going back to an older program fails when it is needed")
                .help("write what takes the migration back, or remove the file"),
        )
    })
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::{codes, folder};

    const UP: (&str, &str) = ("0001_jobs.up.sql", "CREATE TABLE jobs(id INTEGER PRIMARY KEY);");

    #[test]
    fn what_is_not_there_cannot_be_dropped() {
        let found = folder(&[UP, ("0001_jobs.down.sql", "DROP TABLE job;")]);
        assert_eq!(found.diagnostics.len(), 1, "{:?}", found.diagnostics);
        assert_eq!(
            found.diagnostics[0].message,
            "the down migration of `0001_jobs.up.sql` fails: no such table: job"
        );
        assert!(!found.has_errors());
    }

    #[test]
    fn silent_where_it_works_is_empty_or_is_allowed() {
        assert_eq!(codes(&[UP, ("0001_jobs.down.sql", "BEGIN; DROP TABLE jobs; COMMIT;")]), [""; 0]);
        assert_eq!(codes(&[UP, ("0001_jobs.down.sql", "-- nothing to take back")]), [""; 0]);
        // A function may be the application's, and what a constraint says depends on the rows.
        let rows =
            ("0001_jobs.up.sql", "CREATE TABLE jobs(id INTEGER PRIMARY KEY); INSERT INTO jobs VALUES (1);");
        for down in ["UPDATE jobs SET id = renumbered(id);", "INSERT INTO jobs VALUES (1);"] {
            assert_eq!(
                codes(&[rows, ("0001_jobs.down.sql", &format!("{down} DROP TABLE jobs;"))]),
                [""; 0],
                "{down}"
            );
        }
        let allowed = "-- onward: allow(broken_down_migration) never used\nDROP TABLE job;";
        assert_eq!(codes(&[UP, ("0001_jobs.down.sql", allowed)]), [""; 0]);
    }
}
