//! A table of the schema as a FROM clause reads it.

use onward_schema::Schema;

use super::item::{Item, columns, rowid};
use super::{builtin, check};

/// A table of the schema as an item.
pub(super) fn item(schema: &Schema, table: &str, name: String) -> Option<Item> {
    let table = schema.table(table)?;
    let mut columns = columns(table);
    check::narrow(schema, table, &mut columns);
    // A virtual table whose module is not there has columns that nobody knows.
    let mut item = Item::new(name, (!columns.is_empty()).then_some(columns));
    if !table.without_rowid {
        item.hidden.push(rowid());
    }
    if builtin::is_search(table) {
        item.hidden.extend(builtin::search_columns(table));
        item.is_search = true;
    }
    Some(item)
}
