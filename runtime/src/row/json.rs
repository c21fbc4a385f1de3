//! A column that holds JSON.

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use serde_core::Serialize;
use serde_core::de::DeserializeOwned;

use super::stored::Stored;

/// A value that is kept as JSON in a TEXT column. One that is declared as JSON keeps numbers as numbers, and large ones
/// not to their last digit.
///
/// ```
/// use onward::{Json, rusqlite::Connection};
///
/// # fn main() -> onward::rusqlite::Result<()> {
/// let conn = Connection::open_in_memory()?;
/// let tags: Json<Vec<String>> =
///     conn.query_row("SELECT ?1", [Json(vec!["a", "b"])], |row| row.get(0))?;
/// assert_eq!(tags.0, ["a", "b"]);
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Json<T>(pub T);

impl<T> Stored for Json<T> {
    type As = String;
}

impl<T: Serialize> ToSql for Json<T> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let text = serde_json::to_string(&self.0);
        text.map(ToSqlOutput::from).map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))
    }
}

impl<T: DeserializeOwned> FromSql for Json<T> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Json<T>> {
        let value = match value {
            ValueRef::Text(text) | ValueRef::Blob(text) => serde_json::from_slice(text),
            // A column that is declared as JSON has NUMERIC affinity, and makes numbers of texts that look like one.
            ValueRef::Integer(number) => serde_json::from_value(number.into()),
            ValueRef::Real(number) => serde_json::from_value(number.into()),
            ValueRef::Null => return Err(FromSqlError::InvalidType),
        };
        value.map(Json).map_err(|error| FromSqlError::Other(error.into()))
    }
}
