//! A table or a view as the rows of an application see it.

use onward_core::name::{Ident, quoted};
use onward_schema::{Classes, Table};

use super::{Known, Null, Value, table};
use crate::config::{Config, schema};

/// A table or a view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relation {
    /// The attached database that it is in, or `temp`; `None` for the database that the history migrates.
    pub schema: Option<String>,
    /// Its name.
    pub name: String,
    /// Whether a temporary table of the same name comes first where a statement does not say which it means.
    pub is_hidden: bool,
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
    /// Why it may be NULL, or is not, if it is part of a primary key that SQLite lets be NULL.
    pub key: Key,
}

/// What SQLite and onward.toml say of NULL in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// It is no part of a primary key that takes NULL.
    Plain,
    /// SQLite takes NULL for it, although it is part of the primary key.
    TakesNull,
    /// So it does, and onward.toml says that no row has one.
    Vouched,
}

impl Relation {
    /// A table.
    pub(crate) fn of(known: Known<'_>, table: &Table, config: &Config) -> Relation {
        let rowid = table.rowid().map(|column| column.name.clone());
        let nulls = table::nulls(known, table);
        let columns = table.columns.iter().zip(&*nulls).map(|(column, &null)| {
            let key = match schema::takes_null(table, column) {
                true if config.vouches(table, column) => Key::Vouched,
                // What others make is not to be rebuilt here.
                true if !config.is_of_others(&table.name) => Key::TakesNull,
                _ => Key::Plain,
            };
            let value = Value::of_column(table, column);
            let null = if key == Key::Vouched { Null::Never } else { null };
            Column {
                name: column.name.clone(),
                value: Value { null, ..value },
                generated: column.generated.is_some(),
                required: null == Null::Never
                    && column.default.is_none()
                    && column.generated.is_none()
                    && rowid.as_ref() != Some(&column.name),
                key,
            }
        });
        let mut columns: Vec<Column> = columns.collect();
        let mut key: Vec<String> = table.primary_key().iter().map(|column| column.name.clone()).collect();
        if rowid.is_none() && !table.without_rowid && table.column("rowid").is_none() {
            let value = Value { classes: Classes::INTEGER, null: Null::Never, source: None };
            columns.push(Column {
                name: "rowid".to_owned(),
                value,
                generated: false,
                required: false,
                key: Key::Plain,
            });
            if key.is_empty() {
                key.push("rowid".to_owned());
            }
        }
        Relation { schema: None, name: table.name.clone(), is_hidden: false, columns, key }
    }

    /// Its name for a statement, in quotes.
    pub fn quoted(&self) -> String {
        match &self.schema {
            Some(schema) => format!("{}.{}", quoted(schema), quoted(&self.name)),
            None if self.is_hidden => format!("main.{}", quoted(&self.name)),
            None => quoted(&self.name),
        }
    }

    /// Its name as onward.toml and messages have it: `archive.jobs`.
    pub fn whole(&self) -> String {
        match &self.schema {
            Some(schema) => format!("{schema}.{}", self.name),
            None => self.name.clone(),
        }
    }

    /// The column of this name, in any case.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| Ident(&column.name) == name)
    }
}
