//! A table or a view as the rows of an application see it.

use onward_core::name::Ident;
use onward_schema::{Classes, Table};

use super::{Null, Value};

/// A table or a view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relation {
    /// Its name.
    pub name: String,
    /// Its columns in their order. The last is `rowid` if the table has one by no other name.
    pub columns: Vec<Column>,
    /// The columns of its primary key, or its rowid; none of a view.
    pub key: Vec<String>,
}

/// A column of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What its values may be.
    pub value: Value,
    /// Whether the database computes it.
    pub generated: bool,
    /// Whether an INSERT must give it: it is never NULL and has no default.
    pub required: bool,
}

impl Relation {
    /// A table.
    pub(crate) fn of(table: &Table) -> Relation {
        let rowid = table.rowid().map(|column| column.name.clone());
        let columns = table.columns.iter().map(|column| Column {
            name: column.name.clone(),
            value: Value::of_column(table, column),
            generated: column.generated.is_some(),
            required: column.not_null
                && column.default.is_none()
                && column.generated.is_none()
                && rowid.as_ref() != Some(&column.name),
        });
        let mut columns: Vec<Column> = columns.collect();
        let mut key: Vec<String> = table.primary_key().iter().map(|column| column.name.clone()).collect();
        if rowid.is_none() && !table.without_rowid && table.column("rowid").is_none() {
            let value = Value { classes: Classes::INTEGER, null: Null::Never, source: None };
            columns.push(Column { name: "rowid".to_owned(), value, generated: false, required: false });
            if key.is_empty() {
                key.push("rowid".to_owned());
            }
        }
        Relation { name: table.name.clone(), columns, key }
    }

    /// The column of this name, in any case.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| Ident(&column.name) == name)
    }
}
