//! Many rows by one prepared statement, all of them or none.

use std::borrow::Borrow;
use std::fmt;

use rusqlite::{Connection, Error, Statement};

use super::fields::{Target, Values};
use crate::transaction::Scope;

/// Why no row of many was written, and at which of them it stopped.
///
/// It becomes rusqlite's error, or onward's, where `?` asks for one; the text then still names the row. SQLite's own errors keep
/// their code, and the others become a `ToSqlConversionFailure` with this error inside.
///
/// ```
/// use onward::{Insert, Row};
///
/// #[derive(Row)]
/// #[onward(table = "queues", migrations = "../migrations")]
/// struct Queue {
///     name: String,
///     concurrency: i64,
/// }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let mut conn = onward::rusqlite::Connection::open_in_memory()?;
/// # onward::migrations!("../migrations").apply(&mut conn)?;
/// let queues = ["reports", "mail"].map(|name| Queue { name: name.to_owned(), concurrency: 1 });
/// let error = Queue::insert_all(&queues, &conn).unwrap_err();
/// assert_eq!(error.index(), Some(1));
/// assert_eq!(error.to_string(), "rows[1]: UNIQUE constraint failed: queues.name; none of the rows is written");
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct RowError {
    index: Option<usize>,
    error: Error,
}

impl RowError {
    /// Which row it was, from 0; `None` if none was at fault: the statement could not be prepared, or the transaction not begun
    /// or not committed.
    pub fn index(&self) -> Option<usize> {
        self.index
    }

    /// What rusqlite said.
    pub fn error(&self) -> &Error {
        &self.error
    }
}

impl fmt::Display for RowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.index {
            Some(index) => write!(f, "rows[{index}]: {}; none of the rows is written", self.error),
            None => self.error.fmt(f),
        }
    }
}

impl std::error::Error for RowError {
    /// That of the error inside, whose words are in this one's.
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.error.source()
    }
}

impl From<RowError> for Error {
    fn from(error: RowError) -> Error {
        match (error.index, &error.error) {
            (None, _) => error.error,
            (Some(_), Error::SqliteFailure(failure, _)) => {
                Error::SqliteFailure(*failure, Some(error.to_string()))
            }
            (Some(_), _) => Error::ToSqlConversionFailure(Box::new(error)),
        }
    }
}

impl From<RowError> for crate::Error {
    fn from(error: RowError) -> crate::Error {
        Error::from(error).into()
    }
}

/// Prepares a statement from the connection's cache, executes it with the values that an INSERT of each row gives, and gives back
/// how many rows were written.
pub(super) fn write<R: Values>(
    rows: impl IntoIterator<Item: Borrow<R>>,
    conn: &Connection,
    sql: &str,
    target: &Target,
) -> Result<usize, RowError> {
    let of_none = |error| RowError { index: None, error };
    let rows = rows.into_iter();
    // Nothing to write is no reason to wait for a lock. None is asked for yet: rows may be read from this very connection, and
    // SQLite waits for no lock once that reads.
    if rows.size_hint().1 == Some(0) {
        return Ok(0);
    }
    let scope = Scope::begin(conn).map_err(of_none)?;
    let mut written = 0;
    {
        let mut statement = conn.prepare_cached(sql).map_err(of_none)?;
        for (index, row) in rows.enumerate() {
            let of_row = |error| RowError { index: Some(index), error };
            written += execute(&mut statement, row.borrow(), target).map_err(of_row)?;
        }
    }
    scope.commit().map_err(of_none)?;
    Ok(written)
}

/// Binds value by value: a list of them for each row takes longer.
fn execute(statement: &mut Statement<'_>, row: &impl Values, target: &Target) -> rusqlite::Result<usize> {
    let (mut count, mut bound) = (0, Ok(()));
    row.values(&|name, usage| target.inserts(name, usage), &mut |value| {
        count += 1;
        if bound.is_ok() {
            bound = statement.raw_bind_parameter(count, value);
        }
    });
    bound?;
    statement.raw_execute()
}
