//! Rows that are gone after a migration which keeps their table, and says nothing of deleting them.

use crate::diagnostic::{Diagnostic, Severity};
use crate::history::History;
use crate::replay::{Replay, What, Witness};
use crate::rule::Rule;

/// `rows_lost`
pub static RULE: Rule = Rule::error("rows_lost", "a migration keeps the rows of the tables it keeps")
    .allowable()
    .effect("Rows are gone that nobody meant to delete.")
    .examples(
        "-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);
-- 0002_next.sql
CREATE TABLE new(id INTEGER PRIMARY KEY, state TEXT NOT NULL);
INSERT OR IGNORE INTO new(id) SELECT id FROM jobs;
DROP TABLE jobs;
ALTER TABLE new RENAME TO jobs;",
        "-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);
-- 0002_next.sql
CREATE TABLE new(id INTEGER PRIMARY KEY, state TEXT NOT NULL);
INSERT INTO new(id, state) SELECT id, coalesce(state, '') FROM jobs;
DROP TABLE jobs;
ALTER TABLE new RENAME TO jobs;",
    );

pub(super) fn check<'a>(history: &'a History, replay: &'a Replay) -> impl Iterator<Item = Diagnostic> + 'a {
    replay.witnesses.iter().filter_map(|witness| explain(history, witness))
}

fn explain(history: &History, witness: &Witness) -> Option<Diagnostic> {
    let What::RowsLost { table, before, after, cascade } = &witness.what else { return None };
    let table = history.written(table);
    let place = history.place(witness.at);
    let severity = if witness.certain { Severity::Error } else { Severity::Warning };
    if *cascade {
        let message = format!("this empties `{table}` as well");
        return Some(
            Diagnostic::new(&RULE, place, message)
                .severity(severity)
                .label("deletes all rows of the table first, and the foreign keys that refer to it cascade")
                .note(format!("of {before} rows put into `{table}`, {after} are left after the migration"))
                .help("take `-- onward: foreign_keys(on)` out: without it, no foreign key cascades in a rebuild"),
        );
    }
    let (message, label) = match witness.certain {
        true => (format!("the rows of `{table}` do not come over"), "copies no row"),
        false => (format!("not every row of `{table}` comes over"), "leaves rows behind"),
    };
    Some(
        Diagnostic::new(&RULE, place, message)
            .severity(severity)
            .label(label)
            .note(format!("of {before} rows put into `{table}`, {after} are left after the migration"))
            .help(
                "copy every row, without OR IGNORE and from the table itself; if rows are meant to go, say so with a \
                 DELETE or a WHERE",
            ),
    )
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::{folder, history};

    const JOBS: &str = "CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);";

    fn rebuild(copy: &str) -> String {
        format!(
            "CREATE TABLE n(id INTEGER PRIMARY KEY, state TEXT UNIQUE, kind TEXT NOT NULL DEFAULT 'a');\n{copy};\n\
             DROP TABLE jobs; ALTER TABLE n RENAME TO jobs;"
        )
    }

    fn codes(copy: &str) -> Vec<(&'static str, bool)> {
        let found = folder(&[("1_a.sql", JOBS), ("2_b.sql", &rebuild(copy))]);
        found.diagnostics.iter().map(|found| (found.rule.code, found.is_error())).collect()
    }

    #[test]
    fn copies_that_leave_rows_behind() {
        let none = "INSERT OR IGNORE INTO n(id, state, kind) SELECT id, state, NULL FROM jobs";
        assert_eq!(codes(none), [("rows_lost", true)]);
        assert_eq!(
            codes("INSERT OR IGNORE INTO n(id, state) SELECT id, state FROM jobs"),
            [("rows_lost", false)]
        );
        let join = "INSERT INTO n(id, state) SELECT j.id, j.id FROM jobs AS j JOIN jobs AS k ON k.state = j.state AND k.id = j.id";
        assert_eq!(codes(join), [("rows_lost", false)]);
    }

    #[test]
    fn foreign_keys_are_not_to_blame_for_a_copy() {
        let copy = rebuild("INSERT OR IGNORE INTO n(id, state, kind) SELECT id, state, NULL FROM jobs");
        assert_eq!(
            history(&[JOBS, &format!("-- onward: foreign_keys(on)\n{copy}")]),
            ["rows_lost 0002_m.sql:3:1"]
        );
    }

    #[test]
    fn tables_are_called_what_the_files_call_them() {
        let jobs = JOBS.replace("jobs", "UserJobs");
        let none = "INSERT OR IGNORE INTO n(id, state, kind) SELECT id, state, NULL FROM userjobs";
        let found = folder(&[("1_a.sql", &jobs), ("2_b.sql", &rebuild(none).replace(" jobs", " UserJobs"))]);
        assert_eq!(found.diagnostics[0].message, "the rows of `UserJobs` do not come over");
    }

    /// That their children lead nowhere now is no second fault.
    #[test]
    fn parents_that_are_left_behind() {
        let tables = "CREATE TABLE p(id INTEGER PRIMARY KEY, a TEXT);
            CREATE TABLE c(id INTEGER PRIMARY KEY, p INTEGER REFERENCES p(id));";
        let rebuild = "CREATE TABLE n(id INTEGER PRIMARY KEY, a TEXT, k TEXT NOT NULL);\n\
                       INSERT OR IGNORE INTO n(id, a) SELECT id, a FROM p;\nDROP TABLE p; ALTER TABLE n RENAME TO p;";
        assert_eq!(history(&[tables, rebuild]), ["rows_lost 0002_m.sql:2:1"]);
    }

    #[test]
    fn a_cascade_that_the_file_asks_for() {
        let tables = "CREATE TABLE p(id INTEGER PRIMARY KEY);
            CREATE TABLE c(id INTEGER PRIMARY KEY, p INTEGER NOT NULL REFERENCES p(id) ON DELETE CASCADE);";
        let rebuild = "CREATE TABLE n(id INTEGER PRIMARY KEY, a TEXT);\nINSERT INTO n(id) SELECT id FROM p;\n\
                       DROP TABLE p; ALTER TABLE n RENAME TO p;";
        assert_eq!(history(&[tables, rebuild]), [""; 0]);
        let on = format!("-- onward: foreign_keys(on)\n{rebuild}");
        let found = folder(&[("1_a.sql", tables), ("2_b.sql", &on)]);
        assert_eq!(found.diagnostics.len(), 1, "{:?}", found.diagnostics);
        assert_eq!(found.diagnostics[0].message, "this empties `c` as well");
        assert!(found.has_errors());
    }

    #[test]
    fn silent_where_the_table_is_not_built_anew() {
        let jobs = "CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT UNIQUE);";
        let within = "ALTER TABLE x RENAME TO y; REPLACE INTO jobs SELECT id, 'x' FROM jobs;";
        assert_eq!(history(&[jobs, "CREATE TABLE x(a);", within]), [""; 0]);
    }

    #[test]
    fn silent_where_all_come_over_or_the_file_says_so() {
        for copy in [
            "INSERT INTO n(id, state) SELECT id, state || id FROM jobs",
            "INSERT INTO n(id, state) SELECT id, state FROM jobs WHERE state IS NOT NULL GROUP BY state",
            "DELETE FROM jobs WHERE id > 1; INSERT INTO n(id, state) SELECT id, state FROM jobs",
            "INSERT INTO n(id, state) SELECT min(id), state FROM jobs GROUP BY state",
        ] {
            assert_eq!(codes(copy), [], "{copy}");
        }
    }

    #[test]
    fn what_a_cascade_empties_though_the_migration_names_it() {
        let tables =
            "CREATE TABLE p(id INTEGER PRIMARY KEY); CREATE TABLE c(p REFERENCES p ON DELETE CASCADE, a);";
        let rebuild = "CREATE TABLE n(id INTEGER PRIMARY KEY); INSERT INTO n SELECT id FROM p;\nDROP TABLE p; ALTER TABLE n RENAME TO p;";
        for also in ["ALTER TABLE c ADD COLUMN b;", "DELETE FROM c WHERE a IS NULL AND p IS NULL;"] {
            let on = format!("-- onward: foreign_keys(on)\n{also}\n{rebuild}");
            assert_eq!(history(&[tables, &on]), ["rows_lost 0002_m.sql:4:1"], "{also}");
            assert_eq!(history(&[tables, &format!("{also} {rebuild}")]), [""; 0], "{also}");
        }
        let all = format!("-- onward: foreign_keys(on)\nDELETE FROM c;\n{rebuild}");
        assert_eq!(history(&[tables, &all]), [""; 0]);
        let kept = format!(
            "-- onward: foreign_keys(on)\nCREATE TEMP TABLE kept AS SELECT * FROM c;\n{rebuild} INSERT INTO c SELECT * FROM kept;"
        );
        assert_eq!(history(&[tables, &kept]), [""; 0]);
    }

    /// A guard stops the run before anything is lost.
    #[test]
    fn what_never_ran_has_lost_nothing() {
        let guard = "CREATE TABLE guard(ok CHECK (ok)); INSERT INTO guard SELECT 0 WHERE EXISTS (SELECT 1 FROM jobs WHERE state = '01234');
            DROP TABLE guard;";
        let rebuild = rebuild("INSERT INTO n(id, state) SELECT id, state || id FROM jobs");
        assert_eq!(history(&[JOBS, &format!("{guard} {rebuild}")]), [""; 0]);
    }

    #[test]
    fn a_rebuild_that_is_spread_over_files() {
        let create = "CREATE TABLE n(id INTEGER PRIMARY KEY, state TEXT NOT NULL UNIQUE);";
        let copy = "INSERT INTO n SELECT id, coalesce(state, '') || id FROM jobs;";
        let index = "CREATE INDEX by_state ON n(state);";
        let (drop, rename) = ("DROP TABLE jobs;", "ALTER TABLE n RENAME TO jobs;");
        assert_eq!(history(&[JOBS, create, index, copy, drop, rename]), [""; 0]);
        assert_eq!(history(&[JOBS, create, copy, drop, rename]), [""; 0]);
        let loses = "INSERT OR IGNORE INTO n(id) SELECT id FROM jobs;";
        assert_eq!(history(&[JOBS, create, loses, drop, rename]), ["rows_lost 0003_m.sql:1:1"]);
        // The old table makes room first.
        let moved = "ALTER TABLE jobs RENAME TO old;";
        let create = create.replace("TABLE n", "TABLE jobs");
        let copy = copy.replace("INTO n", "INTO jobs").replace("FROM jobs", "FROM old");
        assert_eq!(history(&[JOBS, moved, &create, &copy, "DROP TABLE old;"]), [""; 0]);
        // Something else in between, and an application has been at work.
        let other = history(&[JOBS, moved, &create, "CREATE TABLE other(a);", &copy]);
        assert_eq!(other, ["may_fail_with_rows 0005_m.sql:1:1"]);
    }
}
