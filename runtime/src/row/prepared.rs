//! A statement that is prepared and has its parameters, and what is read of it.

use std::iter;

use rusqlite::types::ToSql;
use rusqlite::{CachedStatement, Connection, Result, Row};

/// A [`Query`](crate::Query) that is prepared and has its parameters.
pub struct Prepared<'c, T> {
    statement: CachedStatement<'c>,
    read: fn(&Row<'_>) -> Result<T>,
}

impl<'c, T> Prepared<'c, T> {
    pub(super) fn new(
        conn: &'c Connection,
        sql: &str,
        read: fn(&Row<'_>) -> Result<T>,
        parameters: &[impl ToSql],
    ) -> Result<Prepared<'c, T>> {
        Ok(Prepared { statement: bind(conn, sql, parameters)?, read })
    }

    pub(super) fn all(mut self) -> Result<Vec<T>> {
        self.iter().collect()
    }

    pub(super) fn one(self) -> Result<T> {
        self.optional()?.ok_or(rusqlite::Error::QueryReturnedNoRows)
    }

    pub(super) fn optional(mut self) -> Result<Option<T>> {
        let writes = !self.statement.readonly();
        let mut rows = self.statement.raw_query();
        let first = match rows.next()? {
            Some(row) => Some((self.read)(row)?),
            None => None,
        };
        while writes && rows.next()?.is_some() {}
        Ok(first)
    }

    /// Calls with the rows, and goes through what is left of them if the statement writes.
    pub(super) fn with_rows<R>(
        mut self,
        call: impl FnOnce(&mut dyn Iterator<Item = Result<T>>) -> R,
    ) -> Result<R> {
        let (read, writes) = (self.read, !self.statement.readonly());
        let mut rows = self.statement.raw_query();
        let outcome =
            call(&mut iter::from_fn(|| rows.next().and_then(|row| row.map(read).transpose()).transpose()));
        while writes && rows.next()?.is_some() {}
        Ok(outcome)
    }

    /// Runs it and reads row by row. Called again, it runs again.
    ///
    /// ```
    /// use onward::query_scalar;
    ///
    /// # let mut conn = onward::rusqlite::Connection::open_in_memory()?;
    /// # onward::migrations!("../migrations").apply(&mut conn)?;
    /// let mut names = query_scalar!(migrations = "../migrations", "SELECT name FROM queues").prepare(&conn)?;
    /// let with_an_m = names.iter().filter(|name| name.as_ref().is_ok_and(|name| name.contains('m')));
    /// assert_eq!(with_an_m.count(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn iter(&mut self) -> impl Iterator<Item = Result<T>> {
        self.statement.raw_query().mapped(self.read)
    }
}

/// The statement from the connection's cache, with its parameters.
pub(super) fn bind<'c>(
    conn: &'c Connection,
    sql: &str,
    parameters: &[impl ToSql],
) -> Result<CachedStatement<'c>> {
    let mut statement = conn.prepare_cached(sql)?;
    for (index, parameter) in parameters.iter().enumerate() {
        statement.raw_bind_parameter(index + 1, parameter)?;
    }
    Ok(statement)
}
