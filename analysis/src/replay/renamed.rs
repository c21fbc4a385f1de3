//! What a table or a column is called at the end that had another name before.

use onward_core::kind::{Change, Kind, ObjectKind};

use super::step::Step;
use crate::folder::history::{At, History};

/// Where this column, of a table at the end, had this earlier name taken from it.
pub(super) fn column(
    history: &History,
    ran: &[Step],
    (table, column): (&str, &str),
    earlier: &str,
) -> Option<At> {
    let mut column = column.to_owned();
    let mut found = None;
    back(history, ran, table, |at, change| {
        if let Change::Rename(from, to) = change
            && to.is(&column)
        {
            column.clone_from(&from.text);
            found = found.or_else(|| from.is(earlier).then_some(at));
        }
    });
    found
}

/// Where this table at the end had this earlier name taken from it.
pub(super) fn table(history: &History, ran: &[Step], table: &str, earlier: &str) -> Option<At> {
    let mut found = None;
    back(history, ran, table, |at, change| {
        if let Change::RenameTable(_) = change
            && let Kind::Alter { table, .. } = &history.statement(at).kind
            && table.is(earlier)
        {
            found = found.or(Some(at));
        }
    });
    found
}

/// Calls with what has changed a table, back to where it was made, under whatever names it had. A rebuild makes a new table in
/// the old one's place, whose changes are its own.
fn back(history: &History, ran: &[Step], table: &str, mut call: impl FnMut(At, &Change)) {
    let mut table = table.to_owned();
    // The name that a rebuild gives to the new table, and whether the old one is dropped before that.
    let mut rebuilt: Option<(String, bool)> = None;
    for &Step { at, .. } in ran.iter().rev() {
        match &history.statement(at).kind {
            Kind::Alter { table: altered, change: Some(change) } => match change {
                Change::RenameTable(to) if to.is(&table) => {
                    rebuilt = Some((table, false));
                    table = altered.text.clone();
                    call(at, change);
                }
                _ if altered.is(&table) => call(at, change),
                _ => {}
            },
            Kind::Drop { object: ObjectKind::Table, name } => match &mut rebuilt {
                Some((old, is_dropped)) if name.is(old) => *is_dropped = true,
                _ if name.is(&table) => return,
                _ => {}
            },
            Kind::Create { object: ObjectKind::Table, name, .. } if name.is(&table) => match rebuilt.take() {
                Some((old, true)) => table = old,
                _ => return,
            },
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::folder;

    #[test]
    fn a_name_of_before_is_followed_to_that_of_now() {
        let analysis = folder(&[
            (
                "1_a.sql",
                "CREATE TABLE jobs(id INTEGER PRIMARY KEY, stat TEXT, due TEXT);\nCREATE TABLE other(x, stat);",
            ),
            (
                "2_b.sql",
                "ALTER TABLE jobs RENAME COLUMN stat TO phase;\nALTER TABLE jobs RENAME COLUMN due TO at;",
            ),
            (
                "3_c.sql",
                "CREATE TABLE n(id INTEGER PRIMARY KEY, phase TEXT, at TEXT);\nINSERT INTO n SELECT id, phase, at FROM jobs;\n\
                 DROP TABLE jobs;\nALTER TABLE n RENAME TO jobs;",
            ),
            (
                "4_d.sql",
                "ALTER TABLE jobs RENAME TO tasks;\nALTER TABLE tasks RENAME phase TO state;\nALTER TABLE tasks DROP COLUMN at;",
            ),
        ]);
        assert!(!analysis.has_errors(), "{:?}", analysis.diagnostics);
        let (history, replay) = (&analysis.history, analysis.replay.as_ref().unwrap());
        let column = |table: &str, earlier: &str| {
            let (now, at) = replay.column_now(history, table, earlier)?;
            Some(format!("{now} {}:{}", history.path(at), at.statement + 1))
        };
        assert_eq!(column("tasks", "stat").as_deref(), Some("state 2_b.sql:1"));
        assert_eq!(column("Tasks", "PHASE").as_deref(), Some("state 4_d.sql:2"));
        assert_eq!(column("tasks", "due"), None);
        assert_eq!(column("tasks", "state"), None);
        assert_eq!(column("other", "phase"), None);
        let table = |earlier: &str| {
            replay.table_now(history, earlier).map(|(now, at)| format!("{now} {}", history.path(at)))
        };
        assert_eq!(table("jobs").as_deref(), Some("tasks 4_d.sql"));
        assert_eq!(table("nowhere"), None);
    }
}
