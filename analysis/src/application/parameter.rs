//! Which values a parameter can have, where the statement tells.

use onward_core::name::Ident;
use onward_schema::{Classes, Column, Table};

use super::write::ordinary;
use crate::analysis::Analysis;
use crate::query::Takes;
use crate::query::parameter::{Meeting, meetings};
use crate::query::rowid;
use crate::query::syntax::Parsed;
use crate::query::trigger::is_early;
use crate::replay::Replay;

/// A BLOB is never converted, and nothing is converted into one, so that it is certain where one of the two is refused or equals
/// nothing. A text may look like a number, and a number goes into a TEXT column as text: of these nothing is said, nor of
/// tables that are not STRICT, which keep whatever they get.
pub(super) fn takes(analysis: &Analysis, replay: &Replay, parsed: &Parsed<'_>) -> Vec<Takes> {
    let found = meetings(&replay.known, parsed).into_iter();
    found.filter_map(|met| of(analysis, replay, met)).collect()
}

fn of(analysis: &Analysis, replay: &Replay, met: Meeting) -> Option<Takes> {
    let table = ordinary(analysis, replay, &met.table)?;
    if met.written.is_some_and(|what| is_early(&replay.schema, table, &[what.event()])) {
        return None;
    }
    let column = rowid::column(table, &met.column)?;
    let (is, classes) = certain(table, &column)?;
    Some(Takes {
        parameter: met.parameter.checked_sub(1)?,
        table: table.name.clone(),
        column: column.name.clone(),
        is,
        classes,
        is_written: met.written.is_some(),
    })
}

/// What a column is and takes, if SQLite sees to it.
fn certain(table: &Table, column: &Column) -> Option<(String, Classes)> {
    let plain = Classes::NUMBER.or(Classes::TEXT);
    if rowid::is_rowid(table, column) {
        let is = if table.rowid().is_some() { "the INTEGER PRIMARY KEY" } else { "the rowid" };
        return Some((is.to_owned(), plain));
    }
    let classes = match &column.declared_type {
        _ if !table.strict => return None,
        declared if Ident(declared) == "any" => return None,
        declared if Ident(declared) == "blob" => Classes::BLOB,
        _ => plain,
    };
    Some((format!("{} in a STRICT table", column.declared_type), classes))
}
