//! The rowid, which every table but those WITHOUT ROWID has, under three names that it does not show.

use std::borrow::Cow;

use onward_schema::{Affinity, Column, Table};

use super::item::is_rowid as is_name;

/// The column that a name stands for. `rowid` and its other names stand for the INTEGER PRIMARY KEY, or for a column that only
/// they name, unless a column has the name itself.
pub(crate) fn column<'t>(table: &'t Table, name: &str) -> Option<Cow<'t, Column>> {
    if let Some(column) = table.column(name) {
        return Some(Cow::Borrowed(column));
    }
    if table.without_rowid || table.module.is_some() || !is_name(name) {
        return None;
    }
    if let Some(column) = table.rowid() {
        return Some(Cow::Borrowed(column));
    }
    Some(Cow::Owned(Column {
        name: name.to_owned(),
        declared_type: "INTEGER".to_owned(),
        affinity: Affinity::Integer,
        not_null: false,
        default: None,
        primary_key: None,
        generated: None,
        collation: "BINARY".to_owned(),
    }))
}

/// Whether a column, as [`column`] gives it, is the rowid.
pub(crate) fn is_rowid(table: &Table, column: &Column) -> bool {
    match table.rowid() {
        Some(rowid) => rowid.name == column.name,
        None => table.column(&column.name).is_none(),
    }
}
