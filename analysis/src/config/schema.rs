//! What the team vouches for beyond what SQLite sees to.
//!
//! ```toml
//! [schema]
//! # SQLite takes NULL for a PRIMARY KEY, unless it is the rowid, NOT NULL, or in a table that is STRICT or WITHOUT ROWID. No
//! # row of this application has one.
//! primary_keys = "not null"
//! ```

use std::ops::Range;

use onward_schema::{Column, Table};
use toml::Spanned;
use toml::de::DeValue;

use crate::file::{FileId, Place};

/// What stands in onward.toml.
pub const SETTING: &str = "`[schema]` `primary_keys = \"not null\"`";

/// Reads the table `[schema]`: where it says that no primary key is NULL.
pub(crate) fn parse(file: FileId, value: &Spanned<DeValue<'_>>) -> Result<Place, (Range<usize>, String)> {
    let form = |range| {
        let form = "`schema` is a table with one key: `[schema]`, and below it `primary_keys = \"not null\"`";
        (range, form.to_owned())
    };
    let keys = value.get_ref().as_table().ok_or_else(|| form(value.span()))?;
    if let Some((key, _)) = keys.iter().find(|(key, _)| key.get_ref() != "primary_keys") {
        let problem = format!("unknown key `{}` of `schema`; known is `primary_keys`", key.get_ref());
        return Err((key.span(), problem));
    }
    let said = keys.get("primary_keys").ok_or_else(|| form(value.span()))?;
    match said.get_ref().as_str() {
        Some("not null") => Ok(file.at(said.span())),
        _ => Err((said.span(), "all that can be said of `primary_keys` is `\"not null\"`".to_owned())),
    }
}

/// Whether a column of a primary key may be NULL in SQLite.
pub(crate) fn takes_null(table: &Table, column: &Column) -> bool {
    column.primary_key.is_some() && table.module.is_none() && table.is_nullable(column)
}

/// Why it may.
pub const WHY: &str = "SQLite takes NULL for a PRIMARY KEY that is no `INTEGER PRIMARY KEY`, unless the column is NOT NULL or \
     the table is STRICT or WITHOUT ROWID";
