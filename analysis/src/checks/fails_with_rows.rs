//! An ALTER TABLE … ADD COLUMN that works on an empty table only.
//!
//! By <https://www.sqlite.org/lang_altertable.html#altertabaddcol>, a NOT NULL column needs a default that is not NULL,
//! and no default may be an expression or the current time. SQLite minds only where there are rows: on the developer's
//! empty database it works, and in the field it does not.

use super::Rule;
use crate::diagnostic::Diagnostic;
use crate::history::History;
use crate::replay::{Replay, Witness};
use crate::statement::{Change, Kind};

/// `fails_with_rows`
pub static RULE: Rule = Rule::error("fails_with_rows", "a statement works on tables with rows").allowable();

pub(super) fn check<'a>(history: &'a History, replay: &'a Replay) -> impl Iterator<Item = Diagnostic> + 'a {
    let witnesses =
        replay.witnesses.iter().filter(|witness| !history.statement(witness.at).allows(RULE.code));
    witnesses.filter_map(|witness| explain(history, witness))
}

fn explain(history: &History, witness: &Witness) -> Option<Diagnostic> {
    let Kind::Alter { table, change: Some(Change::Add(column)) } = &history.statement(witness.at).kind else {
        return None;
    };
    let message = format!("column `{}.{}` can be added to an empty table only", table.text, column.text);
    let place = history.migration(witness.at).file.at(column.range.clone());
    let mut note = witness.refusal.message.clone();
    if let Some(first) = note.get_mut(..1) {
        first.make_ascii_lowercase();
    }
    Some(
        Diagnostic::new(&RULE, place, message)
            .label("fails where the table has rows")
            .note(format!("with a row in the table, SQLite says: {note}"))
            .help(
                "give the column a constant DEFAULT, or let it be NULL, or build the table anew and fill the column; if \
                 no database has rows there, put `-- onward: allow(fails_with_rows) <reason>` above",
            ),
    )
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::history;

    const JOBS: &str = "CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT NOT NULL, n REAL, b BLOB, x);";

    #[test]
    fn columns_that_sqlite_refuses_where_there_are_rows() {
        for column in [
            "owner TEXT NOT NULL",
            "owner TEXT DEFAULT NULL NOT NULL",
            "at TEXT DEFAULT CURRENT_TIMESTAMP",
            "at INTEGER NOT NULL DEFAULT (unixepoch())",
            "n2 INTEGER DEFAULT 0 CHECK (n2 > 0)",
        ] {
            let found = history(&[JOBS, &format!("ALTER TABLE jobs ADD COLUMN {column};")]);
            assert_eq!(found, ["fails_with_rows 0002_m.sql:1:29"], "{column}");
        }
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
        let strict =
            "CREATE TABLE jobs(id INTEGER PRIMARY KEY, kind TEXT NOT NULL CHECK (kind IN ('a', 'b')));";
        assert_eq!(history(&[strict, bad]), [""; 0]);
        assert_eq!(
            history(&[JOBS, &format!("-- onward: allow(fails_with_rows) never filled\n{bad}")]),
            [""; 0]
        );
    }

    #[test]
    fn the_row_leaves_no_trace() {
        let texts = [
            JOBS,
            "ALTER TABLE jobs ADD COLUMN a;",
            "CREATE UNIQUE INDEX one ON jobs((1));",
            "INSERT INTO jobs(state) VALUES ('x');",
        ];
        assert_eq!(history(&texts), [""; 0]);
    }
}
