//! A table of the schema as a FROM clause reads it.

use onward_schema::Table;

use super::context::{Context, Effort, Tables};
use super::item::{Column, Item, rowid};
use super::known::Known;
use super::value::Null;
use super::{builtin, check, generated, item};

/// Of each column of a table, whether it is never NULL, by its declaration, by the CHECK constraints or by its expression.
pub(super) fn nulls(known: Known<'_>, table: &Table) -> Vec<Null> {
    let Known { schema, registered, .. } = known;
    let context = Context { schema, registered, tables: &Tables::default(), effort: &Effort::default() };
    columns(context, table).into_iter().map(|column| column.value.null).collect()
}

fn columns(context: Context<'_>, table: &Table) -> Vec<Column> {
    let mut columns = item::columns(table);
    check::narrow(context, table, &mut columns);
    generated::narrow(context, table, &mut columns);
    columns
}

/// A table of the schema as an item.
pub(super) fn item(context: Context<'_>, table: &str, name: String) -> Option<Item> {
    let table = context.schema.table(table)?;
    let columns = columns(context, table);
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
