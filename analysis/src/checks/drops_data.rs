//! A table or column is dropped that may hold data.
//!
//! That is what the statement says, so it is a warning for the reader of a change; a team that never wants it writes
//! `drops_data = "deny"` below `[levels]` in onward.toml.

use super::Rule;
use crate::diagnostic::Diagnostic;
use crate::history::History;
use crate::replay::{Loss, Part};

/// `drops_data`
pub static RULE: Rule = Rule::warning("drops_data", "data is dropped knowingly")
    .allowable()
    .effect("What is in the table or the column is gone, and no later migration brings it back.")
    .examples(
        "-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);
-- 0002_next.sql
ALTER TABLE jobs DROP COLUMN state;",
        "-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);
-- 0002_next.sql
CREATE TABLE states(job INTEGER, state TEXT);
INSERT INTO states(job, state) SELECT id, state FROM jobs;
ALTER TABLE jobs DROP COLUMN state;",
    );

pub(super) fn check(history: &History, loss: &Loss) -> Option<Diagnostic> {
    let (message, label) = match &loss.what {
        Part::Rows => (format!("the rows of `{}` are dropped", loss.table), "drops what is in the table"),
        Part::Values(column) => {
            (format!("what is in `{}.{column}` is dropped", loss.table), "drops what is in the column")
        }
        _ => return None,
    };
    Some(
        Diagnostic::new(&RULE, history.place(loss.at), message)
            .label(label)
            .note("no later migration brings it back")
            .help("copy what is needed first; if nothing is, say so: `-- onward: allow(drops_data) <reason>` above"),
    )
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::{codes, folder};

    const JOBS: &str = "CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT, n AS (id + 1));";

    fn history(texts: &[&str]) -> Vec<String> {
        let names: Vec<String> = (1..=texts.len()).map(|number| format!("000{number}_m.sql")).collect();
        let files = names.iter().map(String::as_str).zip(texts.iter().copied());
        codes(&files.chain([("onward.toml", "")]).collect::<Vec<_>>())
    }

    #[test]
    fn tables_and_columns() {
        assert_eq!(history(&[JOBS, "DROP TABLE jobs;"]), ["drops_data 0002_m.sql:1:1"]);
        assert_eq!(history(&[JOBS, "ALTER TABLE jobs DROP COLUMN state;"]), ["drops_data 0002_m.sql:1:1"]);
        assert_eq!(history(&[JOBS, &format!("DROP TABLE jobs; {JOBS}")]), ["drops_data 0002_m.sql:1:1"]);
        let without = "CREATE TABLE x(id INTEGER PRIMARY KEY); INSERT INTO x SELECT id FROM jobs; DROP TABLE jobs; ALTER TABLE x RENAME TO jobs;";
        assert_eq!(history(&[JOBS, without]), ["drops_data 0002_m.sql:1:1"]);
    }

    #[test]
    fn copies_of_other_tables_save_nothing() {
        let tables = "CREATE TABLE a(id); CREATE TABLE b(id);";
        for copy in ["SELECT a.id FROM a JOIN b", "SELECT id FROM a WHERE id IN (SELECT id FROM jobs)"] {
            let text = format!("CREATE TABLE x AS {copy};\nDROP TABLE jobs;");
            assert_eq!(history(&[JOBS, tables, &text]), ["drops_data 0003_m.sql:2:1"], "{copy}");
        }
    }

    #[test]
    fn a_team_says_what_it_means() {
        let drop = [("1_a.sql", JOBS), ("2_b.sql", "DROP TABLE jobs;")];
        let with = |level: &str| {
            let text = format!("[levels]\ndrops_data = '{level}'");
            let found = folder(&[drop[0], drop[1], ("onward.toml", &text)]);
            (found.diagnostics.len(), found.has_errors())
        };
        assert_eq!([with("allow"), with("warn"), with("deny")], [(0, false), (1, false), (1, true)]);
    }

    #[test]
    fn silent_where_the_table_lives_on_or_is_emptied_or_read_before() {
        let other = "CREATE TABLE old(a); CREATE TABLE u(id, state);";
        // Another table had the name that this one takes.
        let renamed = "DROP TABLE old; ALTER TABLE jobs RENAME TO old;";
        assert_eq!(history(&[JOBS, other, renamed]), ["drops_data 0003_m.sql:1:1"]);
        let late = "DROP TABLE IF EXISTS new; ALTER TABLE jobs RENAME TO new;";
        assert_eq!(history(&[JOBS, other, late]), [""; 0]);
        assert_eq!(
            history(&[JOBS, "ALTER TABLE jobs RENAME TO old;\nDROP TABLE old;"]),
            ["drops_data 0002_m.sql:2:1"]
        );
        assert_eq!(history(&[JOBS, "DELETE FROM jobs; DROP TABLE jobs;"]), [""; 0]);
        assert_eq!(
            history(&[JOBS, "DELETE FROM jobs WHERE id > 1; DROP TABLE jobs;"]),
            ["drops_data 0002_m.sql:1:32"]
        );
        for moved in [
            "UPDATE u SET state = (SELECT state FROM jobs WHERE jobs.id = u.id); DROP TABLE jobs;",
            "UPDATE u SET state = jobs.state FROM jobs WHERE jobs.id = u.id; DROP TABLE jobs;",
            "INSERT INTO u(state) VALUES ((SELECT max(state) FROM jobs)); DROP TABLE jobs;",
        ] {
            assert_eq!(history(&[JOBS, other, moved]), [""; 0], "{moved}");
        }
        for kept in [
            "UPDATE u SET state = 'x' WHERE id IN (SELECT id FROM jobs);\nDROP TABLE jobs;",
            "UPDATE jobs SET state = (SELECT state FROM u);\nDROP TABLE jobs;",
        ] {
            assert_eq!(history(&[JOBS, other, kept]), ["drops_data 0003_m.sql:2:1"], "{kept}");
        }
        let after =
            "DROP TABLE jobs;\nCREATE TABLE jobs(id, state);\nUPDATE u SET state = (SELECT state FROM jobs);";
        assert_eq!(history(&[JOBS, other, after]), ["drops_data 0003_m.sql:1:1"]);
    }

    #[test]
    fn silent_where_the_data_goes_elsewhere_or_there_is_none() {
        assert_eq!(history(&[JOBS, "CREATE TABLE x AS SELECT * FROM jobs; DROP TABLE jobs;"]), [""; 0]);
        let within = "CREATE TABLE x AS SELECT * FROM (SELECT * FROM jobs); DROP TABLE jobs;";
        assert_eq!(history(&[JOBS, within]), [""; 0]);
        assert_eq!(
            history(&["CREATE TABLE x(a); DROP TABLE x;", "CREATE TEMP TABLE y(a); DROP TABLE y;"]),
            [""; 0]
        );
        let moved = "ALTER TABLE jobs ADD COLUMN status TEXT; UPDATE jobs SET status = state; ALTER TABLE jobs DROP COLUMN state;";
        assert_eq!(history(&[JOBS, moved]), [""; 0]);
        assert_eq!(history(&[JOBS, "ALTER TABLE jobs DROP COLUMN n;"]), [""; 0]);
        assert_eq!(
            history(&[
                JOBS,
                "ALTER TABLE jobs RENAME COLUMN state TO status;",
                "ALTER TABLE jobs RENAME TO tasks;"
            ]),
            [""; 0]
        );
        let search = "CREATE VIRTUAL TABLE search USING fts5(state, content='jobs');";
        assert_eq!(history(&[JOBS, search, "DROP TABLE search;"]), [""; 0]);
    }
}
