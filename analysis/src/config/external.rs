//! Tables that others make: another history of the same database, the application itself, or an attached database.
//!
//! ```toml
//! [external]
//! # In the same database, by another history or by the application: as in CREATE TABLE, or the names of the columns that
//! # matter, which may be none.
//! users = "id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE"
//! sessions = ["id", "user"]
//! _sqlx_migrations = []
//! # For the application's own statements: temporary tables, attached databases, and table-valued functions with the columns of
//! # their rows.
//! temp.batch = ["job"]
//! archive.jobs = ["id", "state"]
//! "split()" = "value TEXT NOT NULL, position INTEGER NOT NULL"
//! # Of these two nothing need be said.
//! "generate_series()" = []
//! "rarray()" = []
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

/// The table-valued functions of rusqlite, which the replay has as well, and the only column of their rows. For others something
/// stands in: without unsafe code none can be made.
const MODULES: [(&str, &str); 2] = [("generate_series", "value INTEGER NOT NULL"), ("rarray", "value")];

/// The attached database in which what stands in for functions is: SQLite looks there last, as it does for functions.
pub(crate) const FUNCTIONS: &str = "onward_functions";

/// SQLite attaches [ten](https://www.sqlite.org/limits.html) unless it is built otherwise.
const MOST_DATABASES: usize = 10;

/// A table that others make.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct External {
    /// The name of the attached database, or `temp`; `None` for the database that the history migrates.
    pub schema: Option<String>,
    /// Its name; that of a table-valued function without the brackets.
    pub name: String,
    /// The statement that makes its stub; for a table-valued function, a table with the columns of its rows.
    pub sql: String,
    /// The statement that makes what can be called in the place of a table-valued function; empty for what is none, and where
    /// the replay has the function itself.
    pub(crate) call: String,
    pub(crate) is_function: bool,
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
    let schemas: BTreeSet<_> = found.iter().filter_map(External::outside).collect();
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
    let (written, is_function) = match written.strip_suffix("()") {
        Some(_) if schema.is_some() => return Err(problem("a table-valued function is in no database")),
        Some(function) => (function, true),
        None => (written, false),
    };
    let schema = schema.map(str::to_ascii_lowercase).filter(|schema| schema != "main");
    let is_name = |name: &str| {
        !name.is_empty() && !name.contains('\0') && !name.to_ascii_lowercase().starts_with("sqlite_")
    };
    if !is_name(written) || !schema.as_deref().is_none_or(is_name) || Ident(written) == LEDGER {
        return Err(problem("no table of others can have this name"));
    }
    let columns = match (module(written).filter(|_| is_function), columns) {
        (Some(known), Columns::Names(names)) if names.iter().all(|name| Ident(name) == "value") => {
            Columns::Definitions(known.to_owned())
        }
        (None, Columns::Names(names)) if is_function && names.is_empty() => {
            return Err((
                value.span(),
                "a table-valued function has the columns of its rows: `\"value TEXT\"`".to_owned(),
            ));
        }
        (_, columns) => columns,
    };
    let name = written.to_owned();
    let (sql, call, place) = (String::new(), String::new(), file.at(value.span()));
    Ok(External { schema, name, sql, call, is_function, columns, place })
}

/// The column of a function that the replay has.
pub(crate) fn module(name: &str) -> Option<&'static str> {
    MODULES.iter().find(|(known, _)| Ident(known) == name).map(|(_, column)| *column)
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
        self.schema.is_none() && !self.is_function
    }

    /// The database that it is in, if that is another one than the migrated one.
    pub(crate) fn outside(&self) -> Option<&str> {
        self.schema.as_deref().or(self.is_function.then_some(FUNCTIONS))
    }

    /// Whether it is a table-valued function that the replay has as well.
    pub(crate) fn is_module(&self, name: &str) -> bool {
        self.is_function && self.call.is_empty() && Ident(&self.name) == name
    }

    /// Whether rows of the function that the replay has are rows of these columns.
    pub(crate) fn has_module<'c>(&self, mut columns: impl Iterator<Item = &'c str>) -> bool {
        module(&self.name).is_some() && columns.all(|column| Ident(column) == "value")
    }

    /// Its name as it stands in onward.toml: `archive.jobs`, `split()`.
    pub(crate) fn whole(&self) -> String {
        match &self.schema {
            Some(schema) => format!("{schema}.{}", self.name),
            None if self.is_function => format!("{}()", self.name),
            None => self.name.clone(),
        }
    }
}
