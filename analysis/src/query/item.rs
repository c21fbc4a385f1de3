//! What a FROM clause reads from: tables and what looks like them, with their columns.

use std::collections::BTreeSet;

use onward_core::name::Ident;
use onward_schema::{Classes, Table};

use super::value::Value;

/// A column of a result, a table, a view or a subquery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Column {
    pub(super) name: String,
    /// What it is where all its sides are there.
    pub(super) value: Value,
    /// The sides of outer joins without which it is NULL, by number.
    pub(super) sides: BTreeSet<usize>,
}

impl Column {
    pub(super) fn new(name: String, value: Value) -> Column {
        Column { name, value, sides: BTreeSet::new() }
    }

    /// The column where nothing more will be known of the joins that it comes from.
    pub(super) fn settled(self) -> Column {
        let value = if self.sides.is_empty() { self.value } else { self.value.or_null() };
        Column::new(self.name, value)
    }
}

/// One item of a FROM clause.
pub(super) struct Item {
    /// The name by which columns are qualified: the alias, if there is one.
    pub(super) name: String,
    /// Its columns; `None` if they are not known.
    pub(super) columns: Option<Vec<Column>>,
    /// Columns that `*` leaves out: `rowid`, those that a virtual table hides.
    pub(super) hidden: Vec<Column>,
    /// The names that a join has merged into the columns of earlier items.
    pub(super) merged: Vec<String>,
    /// The sides of outer joins that it is on, by number.
    pub(super) sides: BTreeSet<usize>,
    /// Whether a join has made it: it has no name, and one column.
    pub(super) is_made: bool,
    /// Whether it is a full-text index.
    pub(super) is_search: bool,
}

impl Item {
    pub(super) fn new(name: String, columns: Option<Vec<Column>>) -> Item {
        Item {
            name,
            columns,
            hidden: Vec::new(),
            merged: Vec::new(),
            sides: BTreeSet::new(),
            is_made: false,
            is_search: false,
        }
    }

    /// The number of its column of this name, unless it is a hidden one.
    pub(super) fn find(&self, name: &str) -> Option<usize> {
        let columns = self.columns.as_deref().filter(|_| !self.is_made).unwrap_or_default();
        columns.iter().position(|column| Ident(&column.name) == name)
    }

    /// The same for one that `*` leaves out.
    pub(super) fn find_hidden(&self, name: &str) -> Option<usize> {
        let is_it = |column: &Column| Ident(&column.name) == name || is_rowid(&column.name) && is_rowid(name);
        let position = self.hidden.iter().position(is_it);
        position.map(|position| self.columns.as_ref().map_or(0, Vec::len) + position)
    }

    pub(super) fn column(&self, number: usize) -> Option<&Column> {
        self.columns.iter().flatten().chain(&self.hidden).nth(number)
    }

    /// Whether the number is that of a column by which a virtual table may be told something.
    pub(super) fn is_argument(&self, number: usize) -> bool {
        let hidden = number.checked_sub(self.columns.as_ref().map_or(0, Vec::len));
        hidden.is_some_and(|hidden| self.hidden.get(hidden).is_some_and(|column| !is_rowid(&column.name)))
    }

    pub(super) fn has_merged(&self, name: &str) -> bool {
        self.merged.iter().any(|merged| Ident(merged) == name)
    }
}

pub(super) fn is_rowid(name: &str) -> bool {
    ["rowid", "oid", "_rowid_"].iter().any(|rowid| Ident(rowid) == name)
}

/// The columns of a table as its rows have them.
pub(super) fn columns(table: &Table) -> Vec<Column> {
    let columns = table.columns.iter();
    columns.map(|column| Column::new(column.name.clone(), Value::of_column(table, column))).collect()
}

/// What `rowid` stands for in a table that has one.
pub(super) fn rowid() -> Column {
    Column::new("rowid".to_owned(), Value::some(Classes::INTEGER))
}
