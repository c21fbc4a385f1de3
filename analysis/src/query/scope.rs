//! The tables that a SELECT reads from, and what their columns are there.

use std::cell::Cell;
use std::ops::Range;

use onward_core::name::Ident;
use onward_schema::{Classes, Schema, Table};

use super::value::{Null, Value};

/// A column of a result, a table, a view or a subquery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) value: Value,
}

/// One item of a FROM clause.
pub(super) struct Item {
    /// The name by which columns are qualified: the alias, if there is one.
    pub(super) name: String,
    /// Its columns; `None` if they are not known.
    pub(super) columns: Option<Vec<Column>>,
    /// What `rowid` stands for in it.
    pub(super) rowid: Option<Value>,
    /// The names that a join has merged into the columns of earlier items.
    merged: Vec<String>,
}

impl Item {
    pub(super) fn new(name: String, columns: Option<Vec<Column>>) -> Item {
        Item { name, columns, rowid: None, merged: Vec::new() }
    }

    fn find(&self, name: &str) -> Option<&Value> {
        let columns = self.columns.as_deref().unwrap_or_default();
        columns.iter().find(|column| Ident(&column.name) == name).map(|column| &column.value)
    }

    fn has_merged(&self, name: &str) -> bool {
        self.merged.iter().any(|merged| Ident(merged) == name)
    }

    fn each(&mut self, change: impl Fn(&mut Value)) {
        let columns = self.columns.iter_mut().flatten().map(|column| &mut column.value);
        columns.chain(&mut self.rowid).for_each(change);
    }
}

/// A column that USING or NATURAL made of two.
pub(super) struct Merged {
    column: Column,
    /// The item on the left that it comes from.
    item: usize,
}

/// What names mean at one place of a statement.
#[derive(Default)]
pub(super) struct Scope<'o> {
    pub(super) items: Vec<Item>,
    pub(super) merged: Vec<Merged>,
    /// Whether there may be a row without any row of the tables: an aggregate over nothing.
    pub(super) empty: Cell<bool>,
    /// The scope of the statement around this one.
    pub(super) outer: Option<&'o Scope<'o>>,
}

impl Scope<'_> {
    /// Whether a name is a column of these items themselves; `None` if it cannot be told.
    pub(super) fn has(&self, table: Option<&str>, name: &str) -> Option<bool> {
        let is_it = |item: &&Item| table.is_none_or(|table| Ident(&item.name) == table);
        let mut items = self.items.iter().filter(is_it);
        if items.clone().any(|item| item.find(name).or_else(|| item.rowid(name)).is_some()) {
            return Some(true);
        }
        if items.any(|item| item.columns.is_none()) { None } else { Some(false) }
    }

    /// What a column's name stands for; `table` is what qualifies it.
    pub(super) fn find(&self, table: Option<&str>, name: &str) -> Option<Value> {
        let found = match table {
            Some(table) => {
                let mut items = self.items.iter().filter(|item| Ident(&item.name) == table);
                items.find_map(|item| item.find(name).or_else(|| item.rowid(name)))
            }
            None => self.merged(name).or_else(|| {
                let mut items = self.items.iter();
                items.find_map(|item| item.find(name)).or_else(|| match &self.items[..] {
                    [item] => item.rowid(name),
                    // Whose it is depends on which of the others have one.
                    items if items.iter().any(|item| item.rowid(name).is_some()) => Some(&Value::UNKNOWN),
                    _ => None,
                })
            }),
        };
        match found {
            Some(value) if self.empty.get() => Some(value.clone().or_null()),
            Some(value) => Some(value.clone()),
            // It may be a column of an item whose columns are not known.
            None if self.items.iter().any(|item| item.columns.is_none()) => Some(Value::UNKNOWN),
            None => self.outer.and_then(|outer| outer.find(table, name)),
        }
    }

    fn merged(&self, name: &str) -> Option<&Value> {
        let is_it = |merged: &&Merged| Ident(&merged.column.name) == name;
        self.merged.iter().find(is_it).map(|merged| &merged.column.value)
    }

    /// What `*` stands for, or `table.*`.
    pub(super) fn star(&self, table: Option<&str>) -> Option<Vec<Column>> {
        let mut columns = Vec::new();
        for item in &self.items {
            if table.is_some_and(|table| Ident(&item.name) != table) {
                continue;
            }
            for column in item.columns.as_ref()? {
                if table.is_none() && item.has_merged(&column.name) {
                    continue;
                }
                let merged = self.merged(&column.name).filter(|_| table.is_none());
                let value = merged.unwrap_or(&column.value).clone();
                let value = if self.empty.get() { value.or_null() } else { value };
                columns.push(Column { name: column.name.clone(), value });
            }
        }
        Some(columns)
    }

    /// One column of two for each of these names, where the items from `middle` on are the right side of a join; `left`
    /// and `right` say which sides' rows are all kept.
    pub(super) fn merging(&self, middle: usize, names: &[String], left: bool, right: bool) -> Vec<Merged> {
        let merged = names.iter().filter_map(|name| {
            let item = self.items[..middle].iter().position(|item| item.find(name).is_some())?;
            let first = self.merged(name).or_else(|| self.items[item].find(name))?.clone();
            let second = self.items[middle..].iter().find_map(|item| item.find(name))?.clone();
            // The left one if it is there, else the right one.
            let null = match (left, right) {
                (_, false) => first.null,
                (false, true) => second.null,
                (true, true) => first.null.max(second.null),
            };
            Some(Merged {
                column: Column { name: name.clone(), value: Value { null, ..first.or(second) } },
                item,
            })
        });
        merged.collect()
    }

    /// Puts merged columns in the place of those they are made of.
    pub(super) fn merge(&mut self, middle: usize, merged: Vec<Merged>) {
        for Merged { column: Column { name, .. }, .. } in &merged {
            self.merged.retain(|earlier| Ident(&earlier.column.name) != name);
            self.items[middle..].iter_mut().for_each(|item| item.merged.push(name.clone()));
        }
        self.merged.extend(merged);
    }

    /// The names that both sides of a join have, for NATURAL.
    pub(super) fn common(&self, start: usize, middle: usize) -> Vec<String> {
        let right = self.items[middle..].iter().flat_map(|item| item.columns.iter().flatten());
        let is_left = |name: &str| self.items[start..middle].iter().any(|item| item.find(name).is_some());
        right.filter(|column| is_left(&column.name)).map(|column| column.name.clone()).collect()
    }

    /// These items are on the side of an outer join that may be missing.
    pub(super) fn make_outer(&mut self, items: Range<usize>) {
        for merged in self.merged.iter_mut().filter(|merged| items.contains(&merged.item)) {
            merged.column.value.null = Null::Possible;
        }
        for item in &mut self.items[items] {
            item.each(|value| value.null = Null::Possible);
        }
    }

    /// Only rows in which this column is not NULL are left.
    pub(super) fn assume_some(&mut self, table: Option<&str>, name: &str) {
        if table.is_none()
            && let Some(merged) = self.merged.iter_mut().find(|merged| Ident(&merged.column.name) == name)
        {
            merged.column.value.null = Null::Never;
            return;
        }
        let is_it = |item: &&mut Item| {
            table.is_none_or(|table| Ident(&item.name) == table) && item.find(name).is_some()
        };
        let item = self.items.iter_mut().find(is_it);
        let columns = item.into_iter().flat_map(|item| item.columns.iter_mut().flatten());
        for column in columns.filter(|column| Ident(&column.name) == name) {
            column.value.null = Null::Never;
        }
    }
}

impl Item {
    fn rowid(&self, name: &str) -> Option<&Value> {
        let is_rowid = ["rowid", "oid", "_rowid_"].iter().any(|rowid| Ident(rowid) == name);
        self.rowid.as_ref().filter(|_| is_rowid)
    }
}

/// A table of the schema as an item.
pub(super) fn table(schema: &Schema, table: &str, name: String) -> Option<Item> {
    let table = schema.table(table)?;
    // A virtual table whose module is not there has columns that nobody knows.
    let columns = (!table.columns.is_empty()).then(|| columns(table));
    let rowid = (!table.without_rowid).then(|| Value::some(Classes::INTEGER));
    Some(Item { rowid, ..Item::new(name, columns) })
}

/// The columns of a table as its rows have them.
pub(super) fn columns(table: &Table) -> Vec<Column> {
    let columns = table.columns.iter();
    columns
        .map(|column| Column { name: column.name.clone(), value: Value::of_column(table, column) })
        .collect()
}
