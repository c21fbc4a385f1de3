//! A statement that works on empty tables only.
//!
//! SQLite minds some things only where there are rows: on the developer's empty database they work, and in the field
//! they do not. By <https://www.sqlite.org/lang_altertable.html#altertabaddcol>, an added NOT NULL column needs a default
//! that is not NULL, and no default may be an expression or the current time. A rebuild that has nothing for a NOT NULL
//! column fails for every row, and so does one that puts rows back which were never gone.

use onward_core::kind::{Change, Kind};

use super::failure_with_some_rows;
use crate::checks::words::enforced;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::rule::Rule;
use crate::folder::history::History;
use crate::replay::{Finding, Replay, What};

/// `failure_with_rows`
pub static RULE: Rule = Rule::error("failure_with_rows", "a statement works on tables with rows")
    .allowable()
    .effect("The migration works on the developer's empty database, and no database with rows starts.")
    .examples(
        "-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);
-- 0002_next.sql
ALTER TABLE jobs ADD COLUMN owner TEXT NOT NULL;",
        "-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);
-- 0002_next.sql
ALTER TABLE jobs ADD COLUMN owner TEXT NOT NULL DEFAULT '';",
    );

pub(crate) fn check<'a>(history: &'a History, replay: &'a Replay) -> impl Iterator<Item = Diagnostic> + 'a {
    replay.findings.iter().filter(|finding| finding.certain).filter_map(|finding| explain(history, finding))
}

fn explain(history: &History, finding: &Finding) -> Option<Diagnostic> {
    let What::Fails { refusal, row, acts } = &finding.what else { return None };
    let unless = "if no database has rows there, put `-- onward: allow(failure_with_rows) <reason>` above";
    let says = failure_with_some_rows::says(refusal);
    let Kind::Alter { table, change: Some(Change::Add(column)) } = &history.statement(finding.at).kind else {
        let diagnostic = Diagnostic::new(&RULE, history.place(finding.at), "this works on empty tables only")
            .label("fails where the table has rows");
        let note = match row {
            Some(row) => format!("with {row}, SQLite says: {says}"),
            None => format!("with a row in the table, SQLite says: {says}"),
        };
        let help = failure_with_some_rows::help(history, finding.at, refusal)
            + failure_with_some_rows::with_keys(*acts);
        let diagnostic = diagnostic.note(note).help(format!("{help}; {unless}"));
        return Some(failure_with_some_rows::by_trigger(history, finding.at, refusal, diagnostic));
    };
    let message = format!("column `{}.{}` can be added to an empty table only", table.text, column.text);
    let place = history.migration(finding.at).file.at(column.range.clone());
    let help = enforced(history, &refusal.message).unwrap_or(
        "give the column a constant DEFAULT, or let it be NULL, or rebuild the table and fill the column",
    );
    Some(
        Diagnostic::new(&RULE, place, message)
            .label("fails where the table has rows")
            .note(format!("with a row in the table, SQLite says: {says}"))
            .help(format!("{help}; {unless}")),
    )
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::{folder, history};

    const JOBS: &str = "CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT NOT NULL, n REAL, b BLOB, x);";

    #[test]
    fn columns_that_sqlite_refuses_where_there_are_rows() {
        for column in [
            "owner TEXT NOT NULL",
            "owner TEXT DEFAULT NULL NOT NULL",
            "at TEXT DEFAULT CURRENT_TIMESTAMP",
            "at INTEGER NOT NULL DEFAULT (unixepoch())",
            "n2 INTEGER DEFAULT 0 CHECK (n2 > 0)",
            "loud TEXT AS (upper(state)) STORED",
        ] {
            let found = history(&[JOBS, &format!("ALTER TABLE jobs ADD COLUMN {column};")]);
            assert_eq!(found, ["failure_with_rows 0002_m.sql:1:29"], "{column}");
        }
    }

    /// Each makes room for the new table by a new name for the old one. They are two rebuilds, and not one that goes on.
    #[test]
    fn in_one_of_several_rebuilds_of_a_table() {
        let rebuild = |old: &str, columns: &str, copied: &str| {
            format!(
                "ALTER TABLE t RENAME TO {old}; CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT{columns});
                 INSERT INTO t({copied}) SELECT {copied} FROM {old}; DROP TABLE {old};"
            )
        };
        let first = "CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT);";
        let (bad, good) = (rebuild("o", ", k TEXT NOT NULL", "id, a"), rebuild("o", "", "id, a"));
        let other_name = rebuild("p", "", "id, a");
        let column = "ALTER TABLE t ADD COLUMN b;";
        for migrations in [
            &[first, &bad, &good][..],
            &[first, &bad, &other_name],
            &[first, &good, &bad],
            &[first, &bad, column, &good],
            &[first, &good, &good, &bad],
            &[first, &format!("{bad}{good}")],
        ] {
            let found = history(migrations);
            let is_told = found.iter().any(|found| found.starts_with("failure_with_rows"));
            assert!(is_told, "{found:?} in {migrations:?}");
        }
    }

    #[test]
    fn what_is_held_against_another_column_is_not_certain() {
        let check = "ALTER TABLE jobs ADD COLUMN due INTEGER DEFAULT 5 CHECK (due > id);";
        assert_eq!(history(&[JOBS, check])[0].split(' ').next(), Some("failure_with_some_rows"));
        // The table is no column, whatever its columns are called.
        let check = "ALTER TABLE jobs ADD COLUMN due INTEGER DEFAULT 0 CHECK (due > 0);";
        let found = history(&["CREATE TABLE jobs(jobs TEXT);", check]);
        assert_eq!(found[0].split(' ').next(), Some("failure_with_rows"));
    }

    #[test]
    fn the_row_is_legal() {
        for table in [
            "CREATE TABLE jobs(id INTEGER PRIMARY KEY, kind TEXT NOT NULL CHECK (kind IN ('a', 'b')));",
            "CREATE TABLE jobs(id TEXT PRIMARY KEY CHECK (length(id) = 36), n INTEGER CHECK (n BETWEEN 3 AND 5)) STRICT;",
            "CREATE TABLE jobs(data TEXT NOT NULL CHECK (json_valid(data)), at TEXT CHECK (date(at) IS NOT NULL));",
            "CREATE TABLE jobs(parent INTEGER NOT NULL REFERENCES people(id)); CREATE TABLE people(id INTEGER PRIMARY KEY);",
            "CREATE TABLE jobs(state TEXT); CREATE TRIGGER g BEFORE INSERT ON jobs WHEN new.state NOT IN ('a') BEGIN
             SELECT raise(ABORT, 'no such state'); END;",
        ] {
            let found = history(&[table, "ALTER TABLE jobs ADD COLUMN owner TEXT NOT NULL;"]);
            assert_eq!(found, ["failure_with_rows 0002_m.sql:1:29"], "{table}");
        }
    }

    #[test]
    fn rebuilds_that_have_nothing_for_a_column_or_put_back_what_is_there() {
        let rebuild = "CREATE TABLE n(id INTEGER PRIMARY KEY, owner TEXT NOT NULL);\nINSERT INTO n(id) SELECT id FROM jobs;
            DROP TABLE jobs; ALTER TABLE n RENAME TO jobs;";
        assert_eq!(history(&[JOBS, rebuild]), ["failure_with_rows 0002_m.sql:2:1"]);
        let null = rebuild.replace("n(id) SELECT id", "n(id, owner) SELECT id, NULL");
        assert_eq!(history(&[JOBS, &null]), ["failure_with_rows 0002_m.sql:2:1"]);
        // What is picked may be nothing.
        let picked = rebuild.replace("FROM jobs;", "FROM jobs WHERE id > 0;");
        assert_eq!(history(&[JOBS, &picked]), ["failure_with_some_rows 0002_m.sql:2:1"]);
        // Where foreign keys are off, nothing has emptied the table that is filled again.
        let tables = "CREATE TABLE p(id INTEGER PRIMARY KEY);
            CREATE TABLE c(id INTEGER PRIMARY KEY, p INTEGER NOT NULL REFERENCES p(id) ON DELETE CASCADE);";
        let restored = "CREATE TEMP TABLE kept AS SELECT * FROM c; CREATE TABLE n(id INTEGER PRIMARY KEY, a);
            INSERT INTO n(id) SELECT id FROM p; DROP TABLE p; ALTER TABLE n RENAME TO p;\nINSERT INTO c SELECT * FROM kept;";
        assert_eq!(history(&[tables, restored]), ["failure_with_rows 0002_m.sql:3:1"]);
        let help = |text: &str| folder(&[("1_a.sql", tables), ("2_b.sql", text)]).diagnostics[0].help.clone();
        let on = "put `-- onward: foreign_keys(on)` into the file";
        assert!(help(restored).contains(on), "{}", help(restored));
        assert_eq!(history(&[tables, &format!("-- onward: foreign_keys(on)\n{restored}")]), [""; 0]);
        // With them on, rows of another child would be gone.
        let other =
            format!("{tables} CREATE TABLE d(p INTEGER NOT NULL REFERENCES p(id) ON DELETE CASCADE);");
        let found = folder(&[("1_a.sql", &other), ("2_b.sql", restored)]);
        assert!(!found.diagnostics[0].help.contains(on), "{}", found.diagnostics[0].help);
        // What is computed may be another value.
        let computed = restored.replace("SELECT * FROM kept", "SELECT id, p + 0 FROM kept");
        assert_eq!(history(&[tables, &computed]), ["failure_with_some_rows 0002_m.sql:3:1"]);
    }

    #[test]
    fn a_column_that_no_row_can_have_needs_no_row_that_is_legal() {
        let add = "ALTER TABLE t ADD COLUMN owner TEXT NOT NULL;";
        for table in [
            "CREATE TABLE t(p INTEGER NOT NULL REFERENCES nowhere(id));",
            "CREATE TABLE t(a INT NOT NULL CHECK (a > 1 AND a < 1)) STRICT;",
        ] {
            assert!(
                history(&[table, add]).contains(&"failure_with_rows 0002_m.sql:1:26".to_owned()),
                "{table}"
            );
            assert!(
                !history(&[table, &add.replace(" NOT NULL", "")])[..].concat().contains("fails"),
                "{table}"
            );
            let again = format!("DROP TABLE t; {table} {add}");
            assert!(!history(&[table, &again])[..].concat().contains("fails"), "{table}");
            assert!(!history(&[&format!("{table} {add}")])[..].concat().contains("fails"), "{table}");
        }
    }

    #[test]
    fn a_column_that_has_just_come_has_nothing_to_copy() {
        let add = "ALTER TABLE jobs ADD COLUMN owner TEXT;";
        let rebuild = |value: &str| {
            format!(
                "CREATE TABLE n(id INTEGER PRIMARY KEY, owner TEXT NOT NULL);\nINSERT INTO n SELECT id, {value} FROM jobs;\n\
                 DROP TABLE jobs; ALTER TABLE n RENAME TO jobs;"
            )
        };
        let both = format!("{add}{}", rebuild("owner"));
        assert_eq!(history(&[JOBS, &both]), ["failure_with_rows 0002_m.sql:2:1"]);
        assert_eq!(
            history(&[JOBS, &both.replace("SELECT id, owner", "SELECT id, coalesce(owner, '')")]),
            [""; 0]
        );
        assert_eq!(
            history(&[JOBS, &format!("{add} UPDATE jobs SET owner = state;{}", rebuild("owner"))]),
            [""; 0]
        );
        let default = both.replace("owner TEXT;", "owner TEXT DEFAULT 'me';");
        assert_eq!(history(&[JOBS, &default]), [""; 0]);
        // A release later an application may have filled it.
        assert_eq!(history(&[JOBS, add, &rebuild("owner")]), ["failure_with_some_rows 0003_m.sql:2:1"]);
    }

    #[test]
    fn silent_where_it_works_or_the_table_may_be_empty() {
        let bad = "ALTER TABLE jobs ADD COLUMN owner TEXT NOT NULL;";
        for text in ["owner TEXT", "owner TEXT NOT NULL DEFAULT ''", "n2 INTEGER DEFAULT 1 CHECK (n2 > 0)"] {
            assert_eq!(history(&[JOBS, &format!("ALTER TABLE jobs ADD COLUMN {text};")]), [""; 0], "{text}");
        }
        assert_eq!(history(&[&format!("{JOBS}{bad}")]), [""; 0]);
        assert_eq!(history(&[JOBS, &format!("DELETE FROM jobs; {bad}")]), [""; 0]);
        assert_eq!(history(&[JOBS, &format!("DROP TABLE jobs; {JOBS} {bad}")]), [""; 0]);
        assert_eq!(
            history(&[JOBS, &format!("-- onward: allow(failure_with_rows) never filled\n{bad}")]),
            [""; 0]
        );
    }
}
