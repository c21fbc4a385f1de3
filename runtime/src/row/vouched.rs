//! Columns that SQLite lets be NULL, and of which onward.toml says that they never are.

use rusqlite::types::{Type, ValueRef};
use rusqlite::{Error, Result, Row, RowIndex};

/// Looks at one before it is read.
///
/// # Errors
/// For NULL one that names the setting.
pub fn never_null(row: &Row<'_>, index: impl RowIndex, what: &str) -> Result<()> {
    let index = index.idx(row.as_ref())?;
    match row.get_ref(index)? {
        ValueRef::Null => Err(is_null(index, what)),
        _ => Ok(()),
    }
}

/// What a struct says that cannot be read from a row, or that it is such a column that is NULL: each with what messages call it.
pub fn vouched(row: &Row<'_>, error: Error, columns: &[(&str, &str)]) -> Error {
    let (Error::InvalidColumnType(index, _, Type::Null)
    | Error::FromSqlConversionFailure(index, Type::Null, _)) = &error
    else {
        return error;
    };
    let name = row.as_ref().column_name(*index).unwrap_or_default();
    match columns.iter().find(|(column, _)| column.eq_ignore_ascii_case(name)) {
        Some((_, what)) => is_null(*index, what),
        None => error,
    }
}

fn is_null(index: usize, what: &str) -> Error {
    let message = format!(
        "`{what}` is NULL, and `[schema]` `primary_keys = \"not null\"` in onward.toml says that no primary key is: give these \
         rows a key or delete them, and make the column NOT NULL in a new migration"
    );
    Error::FromSqlConversionFailure(index, Type::Null, message.into())
}
