//! Rows that are gone after a migration which keeps their table, and says nothing of deleting them.

use crate::diagnostic::rule::Rule;
use crate::diagnostic::{Diagnostic, Severity};
use crate::folder::history::History;
use crate::replay::{Finding, Replay, What, joins};
use onward_core::kind::Kind;

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

pub(crate) fn check<'a>(history: &'a History, replay: &'a Replay) -> impl Iterator<Item = Diagnostic> + 'a {
    replay.findings.iter().filter_map(|finding| explain(history, finding))
}

fn explain(history: &History, finding: &Finding) -> Option<Diagnostic> {
    let What::RowsLost { table, before, after, cascade } = &finding.what else { return None };
    let table = history.written(table);
    let place = history.place(finding.at);
    let severity = if finding.certain { Severity::Error } else { Severity::Warning };
    let note = format!("of {before} rows put into `{table}`, {after} are left after the migration");
    if *cascade {
        let is_drop = matches!(history.statement(finding.at).kind, Kind::Drop { .. });
        let (message, label, help) = match is_drop {
            true => (
                format!("this empties `{table}` as well"),
                "deletes all rows of the table first, and the foreign keys that refer to it cascade",
                "take `-- onward: foreign_keys(on)` out: without it, no foreign key cascades in a rebuild",
            ),
            false => (
                format!("this may delete rows of `{table}` as well"),
                "deletes the rows that it replaces first, and the foreign keys that refer to them cascade",
                match history.migration(finding.at).foreign_keys {
                    true => {
                        "write `INSERT … ON CONFLICT (…) DO UPDATE SET …`, which keeps the row, or take `-- onward: \
                         foreign_keys(on)` out"
                    }
                    false => "write `INSERT … ON CONFLICT (…) DO UPDATE SET …`, which keeps the row",
                },
            ),
        };
        let diagnostic = Diagnostic::new(&RULE, place, message).severity(severity);
        return Some(diagnostic.label(label).note(note).help(help));
    }
    let (message, label) = match finding.certain {
        true => (format!("the rows of `{table}` do not come over"), "copies no row"),
        false => (format!("not every row of `{table}` comes over"), "leaves rows behind"),
    };
    let help = match joins(history.sql(finding.at)) {
        true => "join with LEFT JOIN, which keeps the rows without a match",
        false => "copy every row, without OR IGNORE or DO NOTHING, and from the table itself",
    };
    let help = format!("{help}; if rows are meant to go, say so with a DELETE or a WHERE");
    Some(Diagnostic::new(&RULE, place, message).severity(severity).label(label).note(note).help(help))
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

    /// What stands there for the parser, or hands the rows on, picks none of them.
    #[test]
    fn copies_whose_words_leave_nothing_out() {
        for copy in [
            "INSERT OR IGNORE INTO n(id, state) SELECT id, state FROM jobs WHERE true",
            "INSERT OR IGNORE INTO n(id, state) SELECT id, state FROM jobs WHERE 1 = 1",
            "INSERT INTO n(id, state) SELECT id, state FROM jobs WHERE true ON CONFLICT(state) DO NOTHING",
            "INSERT INTO n(id, state) SELECT id, state FROM jobs ORDER BY id ON CONFLICT DO NOTHING",
            "INSERT OR IGNORE INTO n(id, state) SELECT id, state FROM jobs LIMIT -1",
            "INSERT OR REPLACE INTO n(id, state) SELECT id, state FROM jobs WHERE (1)",
            "WITH s AS (SELECT * FROM jobs) INSERT OR IGNORE INTO n(id, state) SELECT * FROM s",
            "INSERT OR IGNORE INTO n(id, state) SELECT id, state FROM (SELECT * FROM jobs)",
        ] {
            assert_eq!(codes(copy), [("rows_lost", false)], "{copy}");
        }
        let none = "INSERT OR IGNORE INTO n(id, state, kind) SELECT id, state, NULL FROM (SELECT * FROM jobs) WHERE true";
        assert_eq!(codes(none), [("rows_lost", true)]);
    }

    #[test]
    fn silent_where_words_pick_or_merge() {
        for copy in [
            "INSERT OR IGNORE INTO n(id, state) SELECT id, state FROM jobs WHERE id > 0",
            "INSERT OR IGNORE INTO n(id, state) SELECT id, state FROM jobs WHERE true AND id > 0",
            "INSERT INTO n(id, state) SELECT id, state FROM jobs WHERE true ON CONFLICT(state) DO UPDATE SET kind = 'b'",
            "INSERT INTO n(id, state) SELECT id, state FROM jobs ORDER BY id ON CONFLICT(state) DO UPDATE SET kind = 'b'",
            "WITH s AS (SELECT DISTINCT * FROM jobs) INSERT OR IGNORE INTO n(id, state) SELECT * FROM s",
            "INSERT OR IGNORE INTO n(id, state) SELECT id, state FROM (SELECT * FROM jobs WHERE id > 0)",
            "INSERT INTO n(id, state) SELECT id, state || id FROM (SELECT * FROM jobs) WHERE true ON CONFLICT DO NOTHING",
        ] {
            assert_eq!(codes(copy), [], "{copy}");
        }
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

    #[test]
    fn what_is_replaced_takes_along_what_refers_to_it() {
        let made = |unique: &str, key: &str| {
            format!(
                "CREATE TABLE state(id INTEGER PRIMARY KEY, v TEXT NOT NULL {unique});
                 INSERT INTO state VALUES (1, 'open'), (2, 'done');
                 CREATE TABLE jobs(id INTEGER PRIMARY KEY, state INTEGER {key});
                 CREATE TABLE logs(id INTEGER PRIMARY KEY, job INTEGER NOT NULL REFERENCES jobs(id) ON DELETE CASCADE);"
            )
        };
        let cascade = "NOT NULL REFERENCES state(id) ON DELETE CASCADE";
        let on = |text: &str| format!("-- onward: foreign_keys(on)\n{text}");
        for (unique, text) in [
            ("", "INSERT OR REPLACE INTO state VALUES (1, 'new');"),
            ("", "REPLACE INTO state SELECT 1, 'new';"),
            ("UNIQUE ON CONFLICT REPLACE", "INSERT INTO state VALUES (9, 'open');"),
            ("UNIQUE", "UPDATE OR REPLACE state SET v = 'open' WHERE v = 'done';"),
        ] {
            let found = history(&[&made(unique, cascade), &on(text)]);
            assert_eq!(found, ["rows_lost 0002_m.sql:2:1"; 2], "{text}");
            let found = history(&[&made(unique, "REFERENCES state(id) ON DELETE SET NULL"), &on(text)]);
            assert_eq!(found, ["values_changed 0002_m.sql:2:1"], "{text}");
            let off = history(&[&made("", cascade), "INSERT OR REPLACE INTO state VALUES (1, 'new');"]);
            assert_eq!(off, [""; 0], "{text}");
        }
        for (unique, text) in [
            ("", "INSERT INTO state VALUES (1, 'new') ON CONFLICT (id) DO UPDATE SET v = excluded.v;"),
            ("", "INSERT OR REPLACE INTO state VALUES (900, 'new');"),
            ("UNIQUE", "UPDATE state SET v = replace(v, 'e', 'E');"),
            ("", "DELETE FROM state WHERE id = 1; INSERT INTO state VALUES (1, 'new');"),
            ("", "DELETE FROM jobs; REPLACE INTO state VALUES (1, 'new');"),
        ] {
            assert_eq!(history(&[&made(unique, cascade), &on(text)]), [""; 0], "{text}");
        }
        let kept = "CREATE TEMP TABLE j AS SELECT * FROM jobs; CREATE TEMP TABLE l AS SELECT * FROM logs;
            REPLACE INTO state VALUES (1, 'new');
            INSERT OR IGNORE INTO jobs SELECT * FROM j; INSERT OR IGNORE INTO logs SELECT * FROM l;";
        assert_eq!(history(&[&made("", cascade), &on(kept)]), [""; 0]);
        let found = folder(&[
            ("1_a.sql", &made("", cascade)),
            ("2_b.sql", &on("REPLACE INTO state VALUES (1, 'new');")),
        ]);
        assert_eq!(found.diagnostics[0].message, "this may delete rows of `jobs` as well");
        assert!(!found.has_errors());
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
        assert_eq!(other, ["failure_with_some_rows 0005_m.sql:1:1"]);
    }
}
