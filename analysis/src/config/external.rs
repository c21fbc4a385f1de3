//! Tables that others make: another history of the same database, the application itself, or an attached database.
//!
//! ```toml
//! [external]
//! # In the same database, by another history or by the application: as in CREATE TABLE, or the names of the columns that
//! # matter, which may be none.
//! users = "id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE"
//! sessions = ["id", "user"]
//! _sqlx_migrations = []
//! # For the application's own statements: temporary tables, attached databases, table-valued functions.
//! temp.batch = ["job"]
//! archive.jobs = ["id", "state"]
//! "generate_series()" = []
//! ```
//!
//! Each has a stub in the replay, so that foreign keys into it, triggers on it and views over it work. The stubs are no
//! part of what the history makes.

use std::collections::BTreeSet;
use std::ops::Range;

use onward_core::ledger::LEDGER;
use onward_core::name::Ident;
use toml::Spanned;
use toml::de::DeValue;

use crate::file::{FileId, Place};

/// Table-valued functions that the replay has; others cannot be made without unsafe code.
const FUNCTIONS: [&str; 2] = ["generate_series", "rarray"];

/// SQLite attaches [ten](https://www.sqlite.org/limits.html) unless it is built otherwise.
const MOST_DATABASES: usize = 10;

/// A table that others make.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct External {
    /// The name of the attached database, or `temp`; `None` for the database that the history migrates.
    pub schema: Option<String>,
    /// Its name; that of a table-valued function without the brackets.
    pub name: String,
    /// The statement that makes its stub; empty for a table-valued function.
    pub sql: String,
    pub(crate) columns: Columns,
    pub(crate) place: Place,
}

/// What is said of its columns.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Columns {
    /// As they stand between the brackets of CREATE TABLE.
    Definitions(String),
    /// Those that matter.
    Names(Vec<String>),
    /// It is a table-valued function, and has its own.
    Function,
}

type Problem = (Range<usize>, String);

/// Reads the table `[external]`.
pub(crate) fn parse(file: FileId, value: &Spanned<DeValue<'_>>) -> Result<Vec<External>, Problem> {
    let table =
        value.get_ref().as_table().ok_or((value.span(), "`external` is a table: `[external]`".to_owned()))?;
    let mut found = Vec::new();
    for (key, value) in table {
        match value.get_ref().as_table() {
            // A dot in a key is a table in a table.
            Some(tables) => {
                for (name, value) in tables {
                    found.push(external(file, Some(key.get_ref()), name, value)?);
                }
            }
            None => {
                let (schema, name) = match key.get_ref().split_once('.') {
                    Some((schema, name)) => (Some(schema), name.to_owned()),
                    None => (None, key.get_ref().to_string()),
                };
                found.push(external(file, schema, &Spanned::new(key.span(), name), value)?);
            }
        }
    }
    let schemas: BTreeSet<_> = found.iter().filter_map(|table| table.schema.as_deref()).collect();
    match schemas.len() > MOST_DATABASES {
        true => Err((value.span(), format!("these are tables of more than {MOST_DATABASES} databases"))),
        false => Ok(found),
    }
}

fn external(
    file: FileId,
    schema: Option<&str>,
    name: &Spanned<impl AsRef<str>>,
    value: &Spanned<DeValue<'_>>,
) -> Result<External, Problem> {
    let written = name.get_ref().as_ref();
    let problem = |problem: &str| (name.span(), problem.to_owned());
    let columns = columns(value).ok_or((
        value.span(),
        "a table has its columns as in CREATE TABLE, in quotes, or the names of those that matter: `[\"id\"]`, or `[]`"
            .to_owned(),
    ))?;
    let (written, columns) = match written.strip_suffix("()") {
        Some(function) if schema.is_some() || !FUNCTIONS.contains(&function) => {
            return Err(problem(
                "the table-valued functions that the replay has are `generate_series()` and `rarray()`",
            ));
        }
        Some(function) => (function, Columns::Function),
        None => (written, columns),
    };
    let schema = schema.map(str::to_ascii_lowercase).filter(|schema| schema != "main");
    let is_name = |name: &str| {
        !name.is_empty() && !name.contains('\0') && !name.to_ascii_lowercase().starts_with("sqlite_")
    };
    if !is_name(written) || !schema.as_deref().is_none_or(is_name) || Ident(written) == LEDGER {
        return Err(problem("no table of others can have this name"));
    }
    let place = file.at(value.span());
    Ok(External { schema, name: written.to_owned(), sql: String::new(), columns, place })
}

fn columns(value: &Spanned<DeValue<'_>>) -> Option<Columns> {
    if let Some(definitions) = value.get_ref().as_str() {
        return Some(Columns::Definitions(definitions.to_owned()));
    }
    let names = value.get_ref().as_array()?.iter().map(|name| name.get_ref().as_str().map(str::to_owned));
    names.collect::<Option<Vec<_>>>().map(Columns::Names)
}

impl External {
    /// Whether it is a table of the database that the history migrates.
    pub fn is_main(&self) -> bool {
        self.schema.is_none() && self.columns != Columns::Function
    }

    /// Whether it is a table-valued function of this name.
    pub(crate) fn is_function(&self, name: &str) -> bool {
        self.columns == Columns::Function && self.name == name
    }
}
