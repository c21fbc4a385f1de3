//! A table of the schema as a FROM clause reads it.

use std::sync::Arc;

use onward_schema::Table;

use super::context::{Context, Effort, Tables};
use super::item::{Column, Item, rowid};
use super::known::Known;
use super::value::Null;
use super::{builtin, check, generated, item};

/// What is known of NULL in each column of a table.
pub(super) fn nulls(known: Known<'_>, table: &Table) -> Arc<[Null]> {
    let Known { schema, nulls, registered, .. } = known;
    let (tables, effort) = (Tables::default(), Effort::default());
    of_columns(Context { schema, nulls, registered, tables: &tables, effort: &effort }, table)
}

fn of_columns(context: Context<'_>, table: &Table) -> Arc<[Null]> {
    context.nulls.get(table.name.as_str(), || {
        let mut columns = item::columns(table);
        check::narrow(context, table, &mut columns);
        generated::narrow(context, table, &mut columns);
        columns.into_iter().map(|column| column.value.null).collect()
    })
}

fn columns(context: Context<'_>, table: &Table) -> Vec<Column> {
    let mut columns = item::columns(table);
    for (column, null) in columns.iter_mut().zip(&*of_columns(context, table)) {
        column.value.null = *null;
    }
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
