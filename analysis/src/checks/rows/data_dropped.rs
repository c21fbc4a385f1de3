//! A table or column goes that may hold data.
//!
//! A DROP says so in words, and is no news: it is allowed unless a team raises it, with `data_dropped = "warn"` or `"deny"`
//! below `[levels]` in onward.toml. What a rebuild leaves out, nobody has said, unless a comment or the file's name does.

use onward_core::kind::{Change, Kind, Name, ObjectKind};

use crate::diagnostic::Diagnostic;
use crate::diagnostic::rule::Rule;
use crate::folder::history::{At, History};
use crate::replay::{Loss, Part};

/// `data_dropped`
pub static RULE: Rule = Rule::warning("data_dropped", "what is dropped is named")
    .allowable()
    .effect(
        "What is in the table or the column is gone, and no later migration brings it back. A DROP that says so, \
         or a comment or file name that speaks of the column, is allowed unless `[levels]` raises the code.",
    )
    .examples(
        "-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT, note TEXT);
-- 0002_next.sql
CREATE TABLE new(id INTEGER PRIMARY KEY, state TEXT NOT NULL);
INSERT INTO new(id, state) SELECT id, coalesce(state, '') FROM jobs;
DROP TABLE jobs;
ALTER TABLE new RENAME TO jobs;",
        "-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT, note TEXT);
-- 0002_next.sql
ALTER TABLE jobs DROP COLUMN note;
CREATE TABLE new(id INTEGER PRIMARY KEY, state TEXT NOT NULL);
INSERT INTO new(id, state) SELECT id, coalesce(state, '') FROM jobs;
DROP TABLE jobs;
ALTER TABLE new RENAME TO jobs;",
    );

pub(crate) fn check(history: &History, loss: &Loss) -> Option<Diagnostic> {
    let (message, label) = match &loss.what {
        Part::Rows => (format!("the rows of `{}` are dropped", loss.table), "drops what is in the table"),
        Part::Values { columns, .. } => {
            let columns: Vec<String> =
                columns.iter().map(|column| format!("`{}.{column}`", loss.table)).collect();
            let label = match &history.statement(loss.at).kind {
                Kind::Alter { .. } => "drops what is in the column",
                _ => "rebuilds the table without it",
            };
            (format!("what is in {} is dropped", columns.join(", ")), label)
        }
        _ => return None,
    };
    if is_of_this_release(history, loss) {
        return None;
    }
    Some(
        Diagnostic::new(&RULE, history.place(loss.at), message)
            .label(label)
            .in_words(is_named(history, loss))
            .note("no later migration brings it back")
            .help("copy what is needed first; if nothing is, say so: `-- onward: allow(data_dropped) <reason>` above"),
    )
}

/// Whether a DROP names what goes, or a comment does. The DROP of a table in whose place another comes is a part of a
/// rebuild, unless the other one came earlier, and the application has filled it: the new one takes the old one's name, or
/// the old one makes room first and goes by its new name.
fn is_named(history: &History, loss: &Loss) -> bool {
    let own = |at: &At| at.migration == loss.at.migration;
    let is_new = |name: &Name| {
        history.statements().filter(own).any(|at| {
            matches!(&history.statement(at).kind,
                Kind::Create { object: ObjectKind::Table, name: made, .. } if made.is(&name.text))
        })
    };
    let replaces = |at: At| {
        let kind = &history.statement(at).kind;
        matches!(kind, Kind::Alter { table, change: Some(Change::RenameTable(to)) } if to.is(&loss.table) && is_new(table))
    };
    if let Part::Values { said: true, .. } = loss.what {
        return true;
    }
    match &history.statement(loss.at).kind {
        Kind::Alter { change: Some(Change::Drop(_)), .. } => true,
        Kind::Drop { name, .. } => {
            let made_room = !name.is(&loss.table);
            let is_again = |at: At| {
                let kind = &history.statement(at).kind;
                matches!(kind, Kind::Create { object: ObjectKind::Table, name: made, .. } if made.is(&loss.table))
            };
            !history.statements().filter(own).any(|at| replaces(at) || made_room && is_again(at))
        }
        _ => false,
    }
}

/// Whether it came with another migration of the same release: no database in the field has anything in there.
fn is_of_this_release(history: &History, loss: &Loss) -> bool {
    let columns = match &loss.what {
        Part::Values { columns, .. } => Some(&columns[..]),
        _ => None,
    };
    came_with_release(history, loss.at, &loss.table, columns)
}

/// Whether a table, or these columns of it, came with another migration of the release that a statement belongs to.
pub(crate) fn came_with_release(history: &History, at: At, table: &str, columns: Option<&[String]>) -> bool {
    let end = at.migration;
    let names = |at: At, column: &String| !history.named(at, column).is_empty();
    let brings = |at: &At| match (&history.statement(*at).kind, columns) {
        (Kind::Alter { table: altered, change: Some(Change::Add(name)) }, Some(columns)) => {
            altered.is(table) && columns.iter().all(|column| name.is(column))
        }
        (Kind::Create { object: ObjectKind::Table, name, .. }, Some(columns)) => {
            name.is(table) && columns.iter().any(|column| names(*at, column))
        }
        (Kind::Create { object: ObjectKind::Table, name, .. }, None) => name.is(table),
        _ => false,
    };
    // The first, since what a rebuild makes has the values of before.
    let came = history.statements().take_while(|at| at.migration < end).find(brings);
    let is_stop = |index: usize| history.releases.stop(index).is_some();
    came.is_some_and(|at| !(at.migration..end).any(is_stop))
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::{codes, folder, write};
    use crate::folder::lock;
    use crate::{Proof, analyze};

    const JOBS: &str = "CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT, n AS (id + 1));";

    fn history(texts: &[&str]) -> Vec<String> {
        let names: Vec<String> = (1..=texts.len()).map(|number| format!("000{number}_m.sql")).collect();
        let files = names.iter().map(String::as_str).zip(texts.iter().copied());
        codes(&files.chain([("onward.toml", "[levels]\ndata_dropped = 'warn'")]).collect::<Vec<_>>())
    }

    #[test]
    fn a_copy_through_with_is_a_copy() {
        let old = "CREATE TABLE a(id INTEGER PRIMARY KEY, n INTEGER);";
        for copy in [
            "WITH c AS (SELECT id, coalesce(n, 0) AS n FROM a) INSERT INTO x SELECT id, n FROM c;",
            "INSERT INTO x WITH c AS (SELECT * FROM a) SELECT id, coalesce(n, 0) FROM c;",
        ] {
            let new = format!(
                "CREATE TABLE x(id INTEGER PRIMARY KEY, n INTEGER NOT NULL); {copy} DROP TABLE a; ALTER TABLE x RENAME TO a;"
            );
            assert_eq!(crate::checks::testing::history(&[old, &new]), [""; 0], "{copy}");
        }
    }

    #[test]
    fn tables_and_columns() {
        assert_eq!(history(&[JOBS, "DROP TABLE jobs;"]), ["data_dropped 0002_m.sql:1:1"]);
        assert_eq!(history(&[JOBS, "ALTER TABLE jobs DROP COLUMN state;"]), ["data_dropped 0002_m.sql:1:1"]);
        assert_eq!(history(&[JOBS, &format!("DROP TABLE jobs; {JOBS}")]), ["data_dropped 0002_m.sql:1:1"]);
        let without = "CREATE TABLE x(id INTEGER PRIMARY KEY); INSERT INTO x SELECT id FROM jobs; DROP TABLE jobs; ALTER TABLE x RENAME TO jobs;";
        assert_eq!(history(&[JOBS, without]), ["data_dropped 0002_m.sql:1:1"]);
    }

    #[test]
    fn copies_of_other_tables_save_nothing() {
        let tables = "CREATE TABLE a(id); CREATE TABLE b(id);";
        for copy in ["SELECT a.id FROM a JOIN b", "SELECT id FROM a WHERE id IN (SELECT id FROM jobs)"] {
            let text = format!("CREATE TABLE x AS {copy};\nDROP TABLE jobs;");
            assert_eq!(history(&[JOBS, tables, &text]), ["data_dropped 0003_m.sql:2:1"], "{copy}");
        }
    }

    /// Rows that an earlier file copies are not dropped by a later one.
    #[test]
    fn silent_where_a_rebuild_is_spread_over_files() {
        let create = "CREATE TABLE x(id INTEGER PRIMARY KEY, state TEXT, due TEXT);";
        let copy = "INSERT INTO x(id, state) SELECT id, state FROM jobs;";
        let (drop, rename) = ("DROP TABLE jobs;", "ALTER TABLE x RENAME TO jobs;");
        for files in [
            vec![format!("{create}{copy}"), format!("{drop}{rename}")],
            vec![format!("{create}{copy}{drop}"), rename.to_owned()],
            vec![create.to_owned(), copy.to_owned(), drop.to_owned(), rename.to_owned()],
            // Two tables beside each other.
            vec![
                format!(
                    "{create}{copy}{}{}",
                    create.replace(" x(", " y("),
                    copy.replace("x(", "y(").replace("jobs", "u")
                ),
                format!("{drop}{rename} DROP TABLE u; ALTER TABLE y RENAME TO u;"),
            ],
        ] {
            let first = format!("{JOBS} CREATE TABLE u(id INTEGER PRIMARY KEY, state TEXT);");
            let texts: Vec<&str> =
                [first.as_str()].into_iter().chain(files.iter().map(String::as_str)).collect();
            assert_eq!(history(&texts), [""; 0], "{files:?}");
        }
        // The first of the files is released.
        let dir = tempfile::tempdir().unwrap();
        write(dir.path(), "1_a.sql", JOBS);
        write(dir.path(), "2_b.sql", &format!("{create}{copy}"));
        write(
            dir.path(),
            lock::FILE_NAME,
            &crate::folder::locked::text(&analyze(dir.path(), Proof::Whole).history),
        );
        write(dir.path(), "3_c.sql", &format!("{drop}{rename}"));
        for proof in [Proof::Whole, Proof::Unlocked] {
            assert_eq!(analyze(dir.path(), proof).diagnostics.len(), 0);
        }
        let nothing = history(&[JOBS, create, &format!("{drop}{rename}")]);
        assert_eq!(nothing, ["data_dropped 0003_m.sql:1:1"]);
        // What the old table had is lost all the same.
        let indexed = format!("{JOBS} CREATE INDEX by_state ON jobs(state);");
        let moved = format!(
            "ALTER TABLE jobs RENAME TO o; {} {}",
            create.replace(" x(", " jobs("),
            copy.replace("jobs", "o").replace("x(", "jobs(")
        );
        assert_eq!(history(&[&indexed, &moved, "DROP TABLE o;"]), ["index_lost 0003_m.sql:1:1"]);
    }

    /// The copy has not run because of a fault that is reported elsewhere.
    #[test]
    fn silent_behind_a_statement_that_was_refused_for_an_earlier_fault() {
        let rebuild = "CREATE TABLE n(id, state); INSERT INTO n SELECT jobs.id, state FROM jobs JOIN t; DROP TABLE jobs;
            ALTER TABLE n RENAME TO jobs;";
        assert_eq!(history(&[JOBS, "CREATE TABEL t(a);", rebuild]), ["syntax_error 0002_m.sql:1:8"]);
    }

    #[test]
    fn a_team_says_what_it_means() {
        let drop = [("1_a.sql", JOBS), ("2_b.sql", "DROP TABLE jobs;")];
        let with = |level: &str| {
            let text = format!("[levels]\ndata_dropped = '{level}'");
            let found = folder(&[drop[0], drop[1], ("onward.toml", &text)]);
            (found.diagnostics.len(), found.has_errors())
        };
        assert_eq!([with("allow"), with("warn"), with("deny")], [(0, false), (1, false), (1, true)]);
    }

    /// What stands there in words is no news, and what says so is not without use.
    #[test]
    fn a_drop_in_words_is_allowed_unless_a_team_raises_it() {
        let codes = |text: &str| codes(&[("1_a.sql", JOBS), ("2_b.sql", text), ("onward.toml", "")]);
        for drop in [
            "DROP TABLE jobs;",
            "ALTER TABLE jobs DROP COLUMN state;",
            "-- onward: allow(data_dropped) drafts\nDROP TABLE jobs;",
            "-- onward: allow(data_dropped) drafts\n\nALTER TABLE jobs DROP COLUMN state;",
            "DROP TABLE jobs; CREATE TABLE jobs(id INTEGER PRIMARY KEY);",
        ] {
            assert_eq!(codes(drop), [""; 0], "{drop}");
        }
        let new = "CREATE TABLE x(id INTEGER PRIMARY KEY); ";
        let left_out =
            format!("{new}INSERT INTO x SELECT id FROM jobs; DROP TABLE jobs; ALTER TABLE x RENAME TO jobs;");
        assert_eq!(codes(&left_out), ["data_dropped 2_b.sql:1:1"]);
        // The new table came earlier: the application has filled it.
        let earlier = [
            ("1_a.sql", JOBS),
            ("2_b.sql", new),
            ("3_c.sql", "DROP TABLE jobs; ALTER TABLE x RENAME TO jobs;"),
            ("onward.toml", ""),
        ];
        assert_eq!(crate::checks::testing::codes(&earlier), [""; 0]);
        let several = "CREATE TABLE x(a); INSERT INTO x SELECT 1 FROM jobs; DROP TABLE jobs; ALTER TABLE x RENAME TO jobs;";
        let found = folder(&[("1_a.sql", JOBS), ("2_b.sql", several), ("onward.toml", "")]);
        assert_eq!(found.diagnostics.len(), 1, "{:?}", found.diagnostics);
        assert_eq!(found.diagnostics[0].message, "what is in `jobs.id`, `jobs.state` is dropped");
        let not_copied = format!("{new}DROP TABLE jobs; ALTER TABLE x RENAME TO jobs;");
        assert_eq!(codes(&not_copied), ["data_dropped 2_b.sql:1:41"]);
    }

    /// The old table makes room for a new one, and is dropped under its new name.
    #[test]
    fn a_table_that_makes_room_is_rebuilt() {
        let codes = |text: &str| codes(&[("1_a.sql", JOBS), ("2_b.sql", text), ("onward.toml", "")]);
        let new = "CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT, due TEXT);";
        let copy = "INSERT INTO jobs(id, state) SELECT id, state FROM old;";
        let moved = "ALTER TABLE jobs RENAME TO old;";
        for text in [
            format!("{moved} {new}\nDROP TABLE old;"),
            format!("{moved} {new}\nDROP TABLE IF EXISTS \"OLD\";"),
            format!("{moved} ALTER TABLE old RENAME TO older; {new}\nDROP TABLE older;"),
            format!("{moved} {}\nDROP TABLE old;", new.replace("TABLE jobs", "TABLE IF NOT EXISTS Jobs")),
            // What is put into the new one comes from somewhere else.
            format!("{moved} {new} INSERT INTO jobs(state) VALUES ('open');\nDROP TABLE old;"),
            format!("{} {moved} ALTER TABLE x RENAME TO jobs;\nDROP TABLE old;", new.replace("jobs", "x")),
            // It is the new one that is emptied, or read.
            format!("{moved} {new} DELETE FROM jobs;\nDROP TABLE old;"),
            format!("{moved} {new} UPDATE jobs SET due = (SELECT max(due) FROM jobs);\nDROP TABLE old;"),
            format!("{moved} {new} UPDATE old SET state = (SELECT max(state) FROM jobs);\nDROP TABLE old;"),
        ] {
            assert_eq!(codes(&text), ["data_dropped 2_b.sql:2:1"], "{text}");
        }
        for text in [
            format!("{moved} {new} {copy} DROP TABLE old;"),
            format!("{moved} {new} DELETE FROM old; DROP TABLE old;"),
            // The new one takes what it needs, one value at a time.
            format!(
                "{moved} {new} INSERT INTO jobs(state) VALUES ((SELECT max(state) FROM old)); DROP TABLE old;"
            ),
            format!(
                "{moved} {new} INSERT INTO jobs(id) VALUES (1); UPDATE jobs SET state = (SELECT max(state) FROM old); DROP TABLE old;"
            ),
            // The rows are elsewhere, or the old table stays.
            format!("{moved} {new} CREATE TABLE kept AS SELECT * FROM old; DROP TABLE old;"),
            format!("{moved} {new}"),
            // Nothing comes in its place.
            format!("{moved} DROP TABLE old;"),
            format!("{moved} DROP TABLE old; CREATE TABLE other(id);"),
            format!("{moved} CREATE VIEW jobs AS SELECT 1 AS id; DROP TABLE old;"),
            format!("{moved} {new}\n-- onward: allow(data_dropped) drafts\nDROP TABLE old;"),
            // The new one makes room for the old one again.
            format!("{moved} {new} DROP TABLE jobs; ALTER TABLE old RENAME TO jobs;"),
        ] {
            assert_eq!(codes(&text), [""; 0], "{text}");
        }
        // What is dropped later, the application may have read in between.
        let later = [
            ("1_a.sql", JOBS),
            ("2_b.sql", &format!("{moved} {new}")),
            ("3_c.sql", "DROP TABLE old;"),
            ("onward.toml", ""),
        ];
        assert_eq!(crate::checks::testing::codes(&later), [""; 0]);
    }

    /// A rebuild leaves a column out, as a comment or the file's name says.
    #[test]
    fn a_column_that_words_drop_is_dropped_in_words() {
        let table = "CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT, due_at TEXT, data TEXT, CHECK (due_at <> ''));";
        let alone = "(id INTEGER PRIMARY KEY, state TEXT, data TEXT)";
        let other = "(id INTEGER PRIMARY KEY, state TEXT NOT NULL, data TEXT)";
        let found = |file: &str, comment: &str, new: &str| {
            let text = format!(
                "{comment}\nCREATE TABLE x{new}; INSERT INTO x SELECT id, state, data FROM jobs; DROP TABLE jobs; \
                 ALTER TABLE x RENAME TO jobs;"
            );
            codes(&[("1_a.sql", table), (file, &text), ("onward.toml", "")])
                .contains(&format!("data_dropped {file}:2:1"))
        };
        for (file, comment, new) in [
            ("2_b.sql", "-- Drop due_at column from jobs table", alone),
            ("2_b.sql", "/* there is no due_at any longer */", alone),
            ("2_remove_due.sql", "", alone),
            ("2_drop_columns.sql", "", alone),
            ("2_b.sql", "-- drop due_at, and ask for a state", other),
            ("2_remove-due-at.sql", "", other),
            ("2_remove_dueat_for_good.sql", "", other),
        ] {
            assert!(!found(file, comment, new), "{file} {comment} {new}");
        }
        for (file, comment, new) in [
            ("2_b.sql", "", alone),
            ("2_b.sql", "-- copy without the old table", alone),
            ("2_b.sql", "-- due_at", alone),
            ("2_drop_rows_at_once.sql", "", alone),
            ("2_b.sql", "-- remove the CHECK of due_at", alone),
            ("2_b.sql", "", other),
            ("2_drop_columns.sql", "", other),
            ("2_remove_due.sql", "", other),
            (
                "2_b.sql",
                "-- Drop data of the old table",
                "(id INTEGER PRIMARY KEY, state TEXT, data TEXT NOT NULL)",
            ),
        ] {
            assert!(found(file, comment, new), "{file} {comment} {new}");
        }
    }

    /// What an earlier migration has put into another table is not lost.
    #[test]
    fn silent_where_values_were_moved_shortly_before() {
        let start = format!("{JOBS} CREATE TABLE states(job INTEGER, state TEXT);");
        let rebuild =
            "CREATE TABLE x(id INTEGER PRIMARY KEY, note TEXT); INSERT INTO x(id) SELECT id FROM jobs;
            DROP TABLE jobs; ALTER TABLE x RENAME TO jobs;";
        let between = ["SELECT 1;"; 4];
        let run = |moves: &str, between: &[&str]| {
            history(&[&[start.as_str(), moves], between, &[rebuild][..]].concat())
        };
        for moves in [
            "INSERT INTO states(job, state) SELECT jobs.id, jobs.state FROM jobs WHERE state IS NOT NULL;",
            "UPDATE states SET state = (SELECT state FROM jobs WHERE jobs.id = states.job);",
        ] {
            assert_eq!(run(moves, &[]), [""; 0], "{moves}");
            assert_eq!(run(moves, &between[1..]), [""; 0], "{moves}");
            assert_eq!(run(moves, &between), ["data_dropped 0007_m.sql:1:1"], "{moves}");
        }
        for kept in [
            "INSERT INTO states(job) SELECT id FROM jobs WHERE state IS NOT NULL;",
            "INSERT INTO states(job, state) SELECT 1, 'state';",
            "CREATE TABLE gone AS SELECT state FROM jobs; DROP TABLE gone;",
            "UPDATE jobs SET state = 'x';",
        ] {
            assert_eq!(run(kept, &[]), ["data_dropped 0003_m.sql:1:1"], "{kept}");
        }
    }

    #[test]
    fn silent_where_no_release_has_had_it() {
        let dir = tempfile::tempdir().unwrap();
        write(dir.path(), "onward.toml", "[levels]\ndata_dropped = 'warn'");
        write(dir.path(), "1_a.sql", JOBS);
        let released = analyze(dir.path(), Proof::Whole).history;
        for (name, text) in [
            ("2_b.sql", "ALTER TABLE jobs ADD COLUMN note TEXT; CREATE TABLE draft(a);"),
            (
                "3_c.sql",
                "ALTER TABLE jobs DROP COLUMN note;\nDROP TABLE draft;\nALTER TABLE jobs DROP COLUMN state;",
            ),
        ] {
            write(dir.path(), name, text);
        }
        let lines = || {
            let found = analyze(dir.path(), Proof::Whole);
            let line = |place| found.history.files.position(place).line;
            found.diagnostics.iter().map(|only| line(&only.place)).collect::<Vec<_>>()
        };
        // Without a lock nobody knows what is released.
        assert_eq!(lines(), [1, 2, 3]);
        write(dir.path(), lock::FILE_NAME, &crate::folder::locked::text(&released));
        assert_eq!(lines(), [3]);
    }

    #[test]
    fn silent_where_the_table_lives_on_or_is_emptied_or_read_before() {
        let other = "CREATE TABLE old(a); CREATE TABLE u(id, state);";
        // Another table had the name that this one takes.
        let renamed = "DROP TABLE old; ALTER TABLE jobs RENAME TO old;";
        assert_eq!(history(&[JOBS, other, renamed]), ["data_dropped 0003_m.sql:1:1"]);
        let late = "DROP TABLE IF EXISTS new; ALTER TABLE jobs RENAME TO new;";
        assert_eq!(history(&[JOBS, other, late]), [""; 0]);
        assert_eq!(
            history(&[JOBS, "ALTER TABLE jobs RENAME TO old;\nDROP TABLE old;"]),
            ["data_dropped 0002_m.sql:2:1"]
        );
        assert_eq!(history(&[JOBS, "DELETE FROM jobs; DROP TABLE jobs;"]), [""; 0]);
        assert_eq!(
            history(&[JOBS, "DELETE FROM jobs WHERE id > 1; DROP TABLE jobs;"]),
            ["data_dropped 0002_m.sql:1:32"]
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
            assert_eq!(history(&[JOBS, other, kept]), ["data_dropped 0003_m.sql:2:1"], "{kept}");
        }
        let after =
            "DROP TABLE jobs;\nCREATE TABLE jobs(id, state);\nUPDATE u SET state = (SELECT state FROM jobs);";
        assert_eq!(history(&[JOBS, other, after]), ["data_dropped 0003_m.sql:1:1"]);
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
