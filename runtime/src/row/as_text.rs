//! A column that holds a value as text.

use std::error::Error as Cause;
use std::fmt::Display;
use std::str::FromStr;

use rusqlite::types::{FromSql, FromSqlResult, ToSql, ToSqlOutput, ValueRef};

use super::stored::Stored;

/// A value that is kept in a TEXT column as [`Display`] writes it and [`FromStr`] reads it: a UUID as text, an IP address, a
/// decimal number.
///
/// ```
/// use std::net::IpAddr;
///
/// use onward::{Text, rusqlite::Connection};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let conn = Connection::open_in_memory()?;
/// let address: Text<IpAddr> = conn.query_row("SELECT ?1", [Text("::1".parse::<IpAddr>()?)], |row| row.get(0))?;
/// assert!(address.0.is_loopback());
/// # Ok(()) }
/// ```
///
/// A field that is to have the type itself says so with the functions of [`as_text`](crate::as_text):
///
/// ```
/// use onward::prelude::*;
///
/// #[derive(Row)]
/// struct Visit {
///     #[onward(with = onward::as_text)]
///     address: std::net::IpAddr,
/// }
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text<T>(pub T);

impl<T> Stored for Text<T> {
    type As = String;
}

impl<T: Display> ToSql for Text<T> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        to_sql(&self.0)
    }
}

impl<T: FromStr<Err: Into<Box<dyn Cause + Send + Sync>>>> FromSql for Text<T> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Text<T>> {
        from_sql(value).map(Text)
    }
}

/// Reads a text.
///
/// ```
/// use onward::{as_text, rusqlite::types::ValueRef};
///
/// assert_eq!(as_text::from_sql(ValueRef::Text(b"2.5")), Ok(2.5_f64));
/// assert!(as_text::from_sql::<f64>(ValueRef::Integer(2)).is_err());
/// ```
///
/// # Errors
/// If the value is no text, or `T` cannot be read from it.
pub fn from_sql<T: FromStr<Err: Into<Box<dyn Cause + Send + Sync>>>>(
    value: ValueRef<'_>,
) -> FromSqlResult<T> {
    let read = value.as_str()?.parse();
    read.map_err(|error: T::Err| rusqlite::types::FromSqlError::Other(error.into()))
}

/// Writes a value as text.
///
/// ```
/// use onward::{as_text, rusqlite::types::ToSqlOutput};
///
/// assert_eq!(as_text::to_sql(&2.5), Ok(ToSqlOutput::from("2.5".to_owned())));
/// ```
///
/// # Errors
/// None, but others of its kind have some.
pub fn to_sql<T: Display>(value: &T) -> rusqlite::Result<ToSqlOutput<'static>> {
    Ok(ToSqlOutput::from(value.to_string()))
}
