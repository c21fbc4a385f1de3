//! What is bound to a parameter.

use rusqlite::Result;
use rusqlite::types::{ToSql, ToSqlOutput};

use super::list::{self, Elements};

/// The value of a parameter, borrowed.
#[derive(Clone, Copy)]
pub enum Argument<'p> {
    /// One value.
    Value(&'p dyn ToSql),
    /// The values of `IN (:ids...)`.
    List(&'p dyn Elements),
}

impl ToSql for Argument<'_> {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        match self {
            Argument::Value(value) => value.to_sql(),
            Argument::List(list) => list::json(*list).map(ToSqlOutput::from),
        }
    }
}
