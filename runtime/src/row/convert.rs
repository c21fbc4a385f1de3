//! Fields whose values go through another type, or through functions, on their way to a column and back.

use std::error::Error as Cause;

use onward_schema::Classes;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, Value, ValueRef};
use rusqlite::{Error, Result, Row};

use super::stored::{Nullable, Stored};

type AnyError = Box<dyn Cause + Send + Sync>;

/// A value for a parameter: the field itself, or what was made of it.
pub enum Bound<'v> {
    /// The field.
    Field(&'v dyn ToSql),
    /// What was made of it, or why nothing could be.
    Made(std::result::Result<ToSqlOutput<'v>, String>),
}

impl<'v> Bound<'v> {
    /// What a conversion gives.
    pub fn made(made: Result<ToSqlOutput<'v>>) -> Bound<'v> {
        // rusqlite would put its own words around it once more.
        let reason = |error| match error {
            Error::ToSqlConversionFailure(cause) => cause.to_string(),
            other => other.to_string(),
        };
        Bound::Made(made.map_err(reason))
    }
}

impl ToSql for Bound<'_> {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        match self {
            Bound::Field(value) => value.to_sql(),
            Bound::Made(Ok(ToSqlOutput::Owned(value))) => Ok(ToSqlOutput::Borrowed(value.into())),
            Bound::Made(Ok(other)) => Ok(other.clone()),
            Bound::Made(Err(reason)) => Err(Error::ToSqlConversionFailure(reason.as_str().into())),
        }
    }
}

/// Of a field with functions of its own nobody but these knows what it is stored as.
pub struct Anything;

impl Stored for Anything {
    type As = Self;
    const CLASSES: Classes = Classes::ANY;
    const NULL: Nullable = Nullable::No;
}

/// `FromSql`, with words of our own where it is missing.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be read from a column",
    label = "rusqlite has no `FromSql` for it",
    note = "for `u64`, `usize` and other types that can be made of an `i64`, write `#[onward(try_from = i64)]` at the field",
    note = "for what is stored as text, `#[onward(with = onward::as_text)]`"
)]
pub trait Readable: FromSql {}

#[diagnostic::do_not_recommend]
impl<T: FromSql> Readable for T {}

/// Reads the column of this name.
pub fn get<T: Readable>(row: &Row<'_>, name: &str) -> Result<T> {
    row.get(name)
}

/// Reads the column of this name by a function.
pub fn read<T>(row: &Row<'_>, name: &str, from: impl Fn(ValueRef<'_>) -> FromSqlResult<T>) -> Result<T> {
    let value = row.get_ref(name)?;
    let at = row.as_ref().column_index(name)?;
    from(value).map_err(|error| match error {
        FromSqlError::InvalidType => Error::InvalidColumnType(at, name.to_owned(), value.data_type()),
        FromSqlError::OutOfRange(number) => Error::IntegralValueOutOfRange(at, number),
        FromSqlError::Other(cause) => Error::FromSqlConversionFailure(at, value.data_type(), cause),
        other => Error::FromSqlConversionFailure(at, value.data_type(), Box::new(other)),
    })
}

/// As [`read`], where NULL is `None`.
pub fn read_optional<T>(
    row: &Row<'_>,
    name: &str,
    from: impl Fn(ValueRef<'_>) -> FromSqlResult<T>,
) -> Result<Option<T>> {
    read(row, name, |value| match value {
        ValueRef::Null => Ok(None),
        value => from(value).map(Some),
    })
}

/// What is read, or the type's default where there is NULL or no column of this name.
pub fn or_default<T: Default>(row: &Row<'_>, name: &str, read: impl FnOnce() -> Result<T>) -> Result<T> {
    match row.get_ref(name) {
        Ok(ValueRef::Null) | Err(Error::InvalidColumnName(_)) => Ok(T::default()),
        _ => read(),
    }
}

/// Reads a value as `As`, and makes a `T` of it.
pub fn through<As: FromSql, T: TryFrom<As, Error: Into<AnyError>>>(value: ValueRef<'_>) -> FromSqlResult<T> {
    As::column_result(value)
        .and_then(|stored| T::try_from(stored).map_err(|error| FromSqlError::Other(error.into())))
}

/// What `to` makes of a value; NULL of none.
pub fn optional<'v, T>(
    value: Option<&'v T>,
    to: impl FnOnce(&'v T) -> Result<ToSqlOutput<'v>>,
) -> Result<ToSqlOutput<'v>> {
    value.map_or(Ok(ToSqlOutput::Owned(Value::Null)), to)
}

/// A type that is stored as `As`, as a bound that rustc leaves open until somebody writes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be written as `{As}`",
    note = "writing a field with `#[onward(try_from = …)]` needs `{Self}: Clone` and `{As}: TryFrom<{Self}>`"
)]
pub trait Through<'v, As> {
    /// Makes an `As` of it, and a value of that.
    fn stored(&self) -> Result<ToSqlOutput<'static>>;
}

impl<As, T> Through<'_, As> for T
where
    As: ToSql + TryFrom<T, Error: Into<AnyError>>,
    T: Clone,
{
    fn stored(&self) -> Result<ToSqlOutput<'static>> {
        let stored =
            As::try_from(self.clone()).map_err(|error| Error::ToSqlConversionFailure(error.into()))?;
        let value = match stored.to_sql()? {
            ToSqlOutput::Owned(value) => value,
            ToSqlOutput::Borrowed(value) => {
                Value::column_result(value).map_err(|error| Error::ToSqlConversionFailure(error.into()))?
            }
            _ => {
                return Err(Error::ToSqlConversionFailure(
                    "only plain values go through another type".into(),
                ));
            }
        };
        Ok(ToSqlOutput::Owned(value))
    }
}
