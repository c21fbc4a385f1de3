//! What of it is still gone at the end of the history.

use onward_core::name::quoted;
use onward_schema::{ForeignKey, Index, Schema};
use rusqlite::Result;

use super::constraint::{self, keeps, stands_in};
use super::instead;
use super::part::{Loss, Part};
use crate::sqlite::sandbox::Sandbox;

/// A loss, if it lasts to the end of the history.
pub(crate) fn lasting(mut loss: Loss, end: &Schema, sandbox: &Sandbox) -> Option<Loss> {
    if let Part::Constraints { lost, was } = &mut loss.what {
        let now = constraint::lost(was, end.table(&loss.table)?);
        lost.retain(|constraint| now.contains(constraint));
    }
    lasts(&loss, end, sandbox).then_some(loss)
}

fn lasts(loss: &Loss, end: &Schema, sandbox: &Sandbox) -> bool {
    let table = end.table(&loss.table);
    match &loss.what {
        Part::Rows | Part::Values { .. } | Part::LeftOut(_) | Part::Moved { .. } | Part::Ids { .. } => true,
        // What is there again, or without its table, cannot be made.
        Part::Index { sql, .. } => {
            works(sandbox, sql, None) && !index_stands_in(end, &loss.table, sql, sandbox)
        }
        Part::Trigger { sql, .. } => works(sandbox, sql, None),
        Part::Instead { sql, event, had, .. } => {
            works(sandbox, sql, None) && !instead::is_new(end, &loss.table, event, had)
        }
        Part::View { name, sql } => works(sandbox, sql, Some(&format!("SELECT * FROM {}", quoted(name)))),
        Part::ForeignKey(key) => table.is_some_and(|table| {
            key.columns.iter().all(|column| table.column(column).is_some())
                && !table.foreign_keys.iter().any(|other| keeps(other, key))
                && end.table(&key.parent).is_some()
        }),
        Part::Constraints { lost, .. } => !lost.is_empty(),
        Part::Autoincrement => table.is_some_and(|table| !table.autoincrement && table.rowid().is_some()),
        Part::NotNull(name) => {
            table.is_some_and(|table| table.column(name).is_some_and(|column| table.is_nullable(column)))
        }
        Part::Affinity { .. } => true,
        Part::Parent { key, .. } => table.is_some_and(|table| {
            let is_it = |other: &&ForeignKey| other.parent.eq_ignore_ascii_case(&key.parent);
            table.foreign_keys.iter().any(|other| is_it(&other)) && end.table(&key.parent).is_none()
        }),
    }
}

/// Whether the statement can be run again at the end of the history, and what it makes be used.
fn works(sandbox: &Sandbox, sql: &str, probe: Option<&str>) -> bool {
    let result = sandbox.conn().execute_batch("SAVEPOINT again").and_then(|()| {
        let result =
            sandbox.run(sql, true).and_then(|()| probe.map_or(Ok(()), |probe| sandbox.prepare(probe, true)));
        sandbox.conn().execute_batch("ROLLBACK TO again; RELEASE again")?;
        result
    });
    result.is_ok()
}

/// Whether another index of the table has come to do the same.
fn index_stands_in(end: &Schema, table: &str, sql: &str, sandbox: &Sandbox) -> bool {
    let read = || -> Result<Option<Schema>> {
        sandbox.conn().execute_batch("SAVEPOINT again")?;
        let schema = match sandbox.run(sql, true) {
            Ok(()) => Some(sandbox.schema()?),
            Err(_) => None,
        };
        sandbox.conn().execute_batch("ROLLBACK TO again; RELEASE again")?;
        Ok(schema)
    };
    let Ok(Some(with)) = read() else { return false };
    let (Some(now), Some(then)) = (end.table(table), with.table(table)) else { return false };
    let is_new =
        |index: &&Index| !now.indexes.iter().any(|other| other.name.eq_ignore_ascii_case(&index.name));
    then.indexes.iter().find(is_new).is_some_and(|index| stands_in(now, index))
}
