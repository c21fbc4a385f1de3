//! A CREATE … IF NOT EXISTS that does nothing, because the name is taken by something that is not the same.
//!
//! Whoever reads the file believes in a table, index, view or trigger that no database has. It fails nothing by itself,
//! so it is a warning; what builds on the missing part fails later, and far away.

use onward_core::kind::{Kind, ObjectKind};

use crate::diagnostic::Diagnostic;
use crate::diagnostic::rule::Rule;
use crate::folder::history::History;
use crate::replay::{Masked, Replay};

/// `masked_create`
pub static RULE: Rule = Rule::warning(
    "masked_create",
    "IF NOT EXISTS does not hide that something else has the name",
)
.allowable()
.effect("The file seems to make a table or index that no database has; what uses it fails later, far away.")
.examples(
    "-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);
-- 0002_next.sql
CREATE TABLE IF NOT EXISTS jobs(id INTEGER PRIMARY KEY, due TEXT);",
    "-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);
-- 0002_next.sql
CREATE TABLE IF NOT EXISTS dues(id INTEGER PRIMARY KEY, due TEXT);",
);

/// More differences than these are not told.
const MOST: usize = 5;

pub(crate) fn check<'a>(history: &'a History, replay: &'a Replay) -> impl Iterator<Item = Diagnostic> + 'a {
    replay.masked.iter().filter_map(|masked| explain(history, masked))
}

fn explain(history: &History, masked: &Masked) -> Option<Diagnostic> {
    let Kind::Create { object, name, .. } = &history.statement(masked.at).kind else { return None };
    let file = history.migration(masked.at).file;
    let message = format!("{} `{}` is not made: the name is taken by another", object.as_str(), name.text);
    let mut diagnostic =
        Diagnostic::new(&RULE, file.at(name.range.clone()), message).label("IF NOT EXISTS does nothing here");
    if let Some(made) = masked.made {
        let range = match &history.statement(made).kind {
            Kind::Create { name, .. } => name.range.clone(),
            _ => history.statement(made).range.clone(),
        };
        diagnostic = diagnostic.related(history.migration(made).file.at(range), "has the name since here");
    }
    let dropped = masked.on.as_ref().and_then(|table| {
        let later = history.statements().filter(|at| at.migration == masked.at.migration && *at > masked.at);
        let drops =
            |kind: &Kind| matches!(kind, Kind::Drop { object: ObjectKind::Table, name } if name.is(table));
        later.into_iter().find(|&at| drops(&history.statement(at).kind))
    });
    if let (Some(dropped), Some(table)) = (dropped, &masked.on) {
        return Some(
            diagnostic
                .related(history.place(dropped), "and that goes with its table here")
                .note(format!(
                    "the index that has the name belongs to `{table}`: once that is dropped, there is none"
                ))
                .help(format!("make the index after `{table}` is dropped")),
        );
    }
    if let (Some(table), Kind::Create { on: Some(on), .. }) = (&masked.on, &history.statement(masked.at).kind)
        && !on.is(table)
    {
        diagnostic = diagnostic
            .note(format!("the index that has the name is one on `{table}`, and `{}` gets none", on.text));
    }
    // Of anything but a table, the two statements show it best.
    let differences = masked.differences.iter().filter(|_| *object == ObjectKind::Table);
    for difference in differences.take(MOST) {
        diagnostic = diagnostic.note(difference.as_str());
    }
    Some(
        diagnostic
            .help("change what is there with ALTER TABLE, or drop it first, or give this one another name"),
    )
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::{folder, history};

    const JOBS: &str = "CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);";

    #[test]
    fn another_shape_is_told_column_by_column() {
        let second =
            "CREATE TABLE IF NOT EXISTS Jobs(id INTEGER PRIMARY KEY, state TEXT NOT NULL, archived INTEGER);";
        let others = "CREATE TABLE others(a); ALTER TABLE others RENAME TO other;";
        let found = folder(&[("1_a.sql", JOBS), ("2_b.sql", others), ("3_c.sql", second)]);
        assert_eq!(found.diagnostics.len(), 1);
        let diagnostic = &found.diagnostics[0];
        assert_eq!((diagnostic.rule.code, found.has_errors()), ("masked_create", false));
        assert!(diagnostic.notes.iter().any(|note| note.contains("`archived`")), "{:?}", diagnostic.notes);
        assert!(diagnostic.notes.iter().any(|note| note.contains("`state`")), "{:?}", diagnostic.notes);
        assert_eq!(found.history.files.text(&diagnostic.related[0].place), "jobs");
    }

    #[test]
    fn what_does_not_end_is_not_run_to_see() {
        let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT sum(i) FROM n";
        assert_eq!(history(&[JOBS, &format!("CREATE TABLE IF NOT EXISTS jobs AS {endless};")]), [""; 0]);
    }

    #[test]
    fn every_kind_of_object() {
        for (first, second, column) in [
            ("CREATE INDEX x ON jobs(state)", "CREATE INDEX IF NOT EXISTS x ON jobs(id, state)", 28),
            ("CREATE VIEW x AS SELECT 1 AS a", "CREATE VIEW IF NOT EXISTS x AS SELECT 2 AS a", 27),
            ("CREATE VIEW x AS SELECT 1 AS a", "CREATE TABLE IF NOT EXISTS x(a)", 28),
            (
                "CREATE TRIGGER x AFTER INSERT ON jobs BEGIN SELECT 1; END",
                "CREATE TRIGGER IF NOT EXISTS x AFTER INSERT ON jobs BEGIN SELECT 2; END",
                30,
            ),
        ] {
            let found = history(&[&format!("{JOBS}{first}"), second]);
            assert_eq!(found, [format!("masked_create 0002_m.sql:1:{column}")], "{second}");
        }
    }

    #[test]
    fn an_index_name_that_the_old_table_still_holds() {
        let rebuild = "CREATE TABLE n(id INTEGER PRIMARY KEY, state TEXT);
CREATE INDEX IF NOT EXISTS by_state ON n(state);
DROP TABLE jobs;
ALTER TABLE n RENAME TO jobs;";
        let found = history(&[&format!("{JOBS}CREATE INDEX by_state ON jobs(state);"), rebuild]);
        assert_eq!(found, ["masked_create 0002_m.sql:2:28"]);
        let found = folder(&[
            ("1_a.sql", &format!("{JOBS}CREATE INDEX by_state ON jobs(state);")),
            ("2_b.sql", rebuild),
        ]);
        assert!(
            found.diagnostics[0].notes[0].ends_with("belongs to `jobs`: once that is dropped, there is none")
        );
        // Dropped in another migration, it has nothing to do with it.
        let found = folder(&[
            ("1_a.sql", &format!("{JOBS}CREATE INDEX by_state ON jobs(state);")),
            ("2_b.sql", "CREATE TABLE n(state); CREATE INDEX IF NOT EXISTS by_state ON n(state);"),
            ("3_c.sql", "DROP TABLE jobs;"),
        ]);
        assert_eq!(
            found.diagnostics[0].notes,
            ["the index that has the name is one on `jobs`, and `n` gets none"]
        );
    }

    #[test]
    fn one_name_for_the_indexes_of_two_tables() {
        let notes = "CREATE TABLE notes(state TEXT); CREATE INDEX IF NOT EXISTS by_state ON notes(state);";
        let found = folder(&[
            ("1_a.sql", &format!("{JOBS}CREATE INDEX by_state ON jobs(state);")),
            ("2_b.sql", notes),
        ]);
        assert_eq!(
            found.diagnostics[0].notes,
            ["the index that has the name is one on `jobs`, and `notes` gets none"]
        );
    }

    #[test]
    fn silent_where_it_is_the_same_or_new_or_allowed() {
        let same = "create table if not exists \"jobs\" (id integer primary key, -- the key\n state text);";
        assert_eq!(history(&[JOBS, same, "CREATE TABLE IF NOT EXISTS notes(id);"]), [""; 0]);
        let index = "CREATE INDEX IF NOT EXISTS i ON jobs(state);";
        assert_eq!(history(&[JOBS, index, index]), [""; 0]);
        let added = "ALTER TABLE jobs ADD COLUMN n INT; CREATE TABLE IF NOT EXISTS jobs(id INTEGER PRIMARY KEY, state TEXT, n INT);";
        assert_eq!(history(&[JOBS, added]), [""; 0]);
        let allowed =
            "-- onward: allow(masked_create) kept for old tools\nCREATE TABLE IF NOT EXISTS jobs(id);";
        assert_eq!(history(&[JOBS, allowed]), [""; 0]);
        assert_eq!(history(&[JOBS, "CREATE TEMP TABLE IF NOT EXISTS jobs(id);"]), [""; 0]);
        // A trigger and a table may have one name.
        let trigger = "CREATE TRIGGER notes AFTER INSERT ON jobs BEGIN SELECT 1; END;";
        assert_eq!(history(&[JOBS, trigger, "CREATE TABLE IF NOT EXISTS notes(id);"]), [""; 0]);
        assert_eq!(history(&[JOBS, &trigger.replace("notes", "IF NOT EXISTS jobs")]), [""; 0]);
    }
}
