//! A table as those see it who put rows into it: what SQLite says of its columns, keys and indexes, and what its conditions
//! compare with.
//!
//! The catalogue has it read once while the schema stays as it is, and hands it around.

pub(crate) mod condition;
pub(crate) mod read;
#[cfg(test)]
mod tests;

use std::sync::OnceLock;

use onward_core::name::quoted;
use onward_schema::Affinity;
use rusqlite::types::Value;

/// A table that rows can be put into.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct TableModel {
    pub(crate) name: String,
    /// The statement that makes it.
    pub(crate) sql: String,
    /// Without those that are computed.
    pub(crate) columns: Vec<Field>,
    pub(crate) keys: Vec<Key>,
    /// Whether it has rowids that no column is another name for.
    pub(crate) has_rowid: bool,
    /// Which columns no two rows may have the same values in.
    pub(crate) unique: Vec<Vec<usize>>,
    /// A column that is the key and no rowid, and in which SQLite takes NULL.
    pub(crate) null_key: Option<usize>,
    insert: Made,
}

/// A statement that is made when somebody asks for it, of all the rest.
#[derive(Debug, Clone, Default)]
struct Made(OnceLock<Insert>);

impl PartialEq for Made {
    fn eq(&self, _: &Made) -> bool {
        true
    }
}

/// A statement that puts in a row.
#[derive(Debug, Clone)]
pub(crate) struct Insert {
    /// The columns, quoted; the last is the rowid, if no column is another name for it.
    pub(crate) columns: String,
    /// With a parameter for each.
    pub(crate) sql: String,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) declared_type: String,
    pub(crate) affinity: Affinity,
    pub(crate) nullable: bool,
    /// Whether it is another name for the rowid.
    pub(crate) is_rowid: bool,
    /// Its number in the table, from one.
    pub(crate) place: i64,
    /// Its default as SQL.
    pub(crate) default: Option<String>,
    /// What a CHECK that names it compares with, or a trigger.
    pub(crate) literals: Vec<Value>,
    /// Whether a CHECK or a trigger names it at all.
    pub(crate) checked: bool,
    /// What its name and its type say that it holds.
    pub(crate) holds: Holds,
}

/// What the name and the type of a column say that it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holds {
    Time,
    Uuid,
    /// Anything else.
    Other,
}

impl Holds {
    pub(crate) fn of(name: &str, declared: &str) -> Holds {
        let (name, declared) = (name.to_ascii_lowercase(), declared.to_ascii_lowercase());
        let has = |word: &&str| name.contains(word) || declared.contains(word);
        if name.ends_with("_at") || ["date", "time"].iter().any(has) {
            Holds::Time
        } else if ["uuid", "guid"].iter().any(has) {
            Holds::Uuid
        } else {
            Holds::Other
        }
    }
}

/// A foreign key.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Key {
    pub(crate) columns: Vec<usize>,
    pub(crate) parent: String,
    /// Empty for the parent's primary key.
    pub(crate) parent_columns: Vec<String>,
}

impl Field {
    /// Whether its default is JSON, so that an application finds JSON there.
    pub(crate) fn is_json(&self) -> bool {
        matches!(self.default.as_deref(), Some("'[]'" | "'{}'"))
    }
}

impl TableModel {
    /// What puts a row into it.
    pub(crate) fn insert(&self) -> &Insert {
        self.insert.0.get_or_init(|| {
            let mut names: Vec<String> = self.columns.iter().map(|field| quoted(&field.name)).collect();
            names.extend(self.has_rowid.then(|| "_rowid_".to_owned()));
            let marks: Vec<String> = (1..=names.len()).map(|at| format!("?{at}")).collect();
            let (table, columns, marks) = (quoted(&self.name), names.join(", "), marks.join(", "));
            let sql = format!("INSERT INTO main.{table}({columns}) VALUES ({marks})");
            Insert { columns, sql }
        })
    }

    /// Whether its rows have numbers, under whatever name.
    pub(crate) fn has_rowids(&self) -> bool {
        self.has_rowid || self.columns.iter().any(|field| field.is_rowid)
    }

    /// The place of the column of this name, in any case.
    pub(crate) fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name.eq_ignore_ascii_case(name))
    }
}
