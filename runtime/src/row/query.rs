//! Statements that were checked while the application compiled, and their parameters.

use rusqlite::types::ToSql;
use rusqlite::{CachedStatement, Connection, Result, Row};

/// A checked statement that gives rows, with its parameters: what [`query!`](crate::query) and its kin expand to.
///
/// Each call takes its prepared statement from the connection's cache, as rusqlite's `prepare_cached` does.
///
/// ```
/// use onward::{query, query_scalar};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let mut conn = onward::rusqlite::Connection::open_in_memory()?;
/// # onward::migrations!("../migrations").apply(&mut conn)?;
/// let queue = "mail";
/// query!(migrations = "../migrations", "INSERT INTO jobs(queue, payload) VALUES (:queue, '{}')").execute(&conn)?;
///
/// let jobs = query!(
///     migrations = "../migrations",
///     "SELECT id, state, run_at FROM jobs WHERE queue = ? AND priority >= :least",
///     queue,
///     least = 0,
/// );
/// for job in jobs.all(&conn)? {
///     let (id, state, run_at): (i64, String, Option<String>) = (job.id, job.state, job.run_at);
///     println!("{id} {state} {run_at:?}");
/// }
/// let n = query_scalar!(migrations = "../migrations", "SELECT count(*) FROM jobs").one(&conn)?;
/// assert_eq!(n, 1);
/// # Ok(()) }
/// ```
#[must_use = "a query does nothing until it is run"]
#[derive(Clone)]
pub struct Query<'p, T, const N: usize> {
    sql: &'static str,
    read: fn(&Row<'_>) -> Result<T>,
    parameters: [&'p dyn ToSql; N],
}

impl<'p, T, const N: usize> Query<'p, T, N> {
    pub(crate) fn new(
        sql: &'static str,
        read: fn(&Row<'_>) -> Result<T>,
        parameters: [&'p dyn ToSql; N],
    ) -> Query<'p, T, N> {
        Query { sql, read, parameters }
    }

    /// The text of the statement, for a log.
    ///
    /// ```
    /// let query = onward::query!(migrations = "../migrations", "SELECT name FROM queues");
    /// assert_eq!(query.sql(), "SELECT name FROM queues");
    /// ```
    pub fn sql(&self) -> &'static str {
        self.sql
    }

    /// All rows.
    ///
    /// ```
    /// use onward::query_scalar;
    ///
    /// # let mut conn = onward::rusqlite::Connection::open_in_memory()?;
    /// # onward::migrations!("../migrations").apply(&mut conn)?;
    /// let names = query_scalar!(migrations = "../migrations", "SELECT name FROM queues ORDER BY name").all(&conn)?;
    /// assert_eq!(names, ["default", "mail"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// rusqlite's, if the statement cannot be run or a value is none of its column's type.
    pub fn all(self, conn: &Connection) -> Result<Vec<T>> {
        self.prepare(conn)?.iter().collect()
    }

    /// The first row.
    ///
    /// ```
    /// use onward::query;
    /// use onward::rusqlite::Error::QueryReturnedNoRows;
    ///
    /// # let mut conn = onward::rusqlite::Connection::open_in_memory()?;
    /// # onward::migrations!("../migrations").apply(&mut conn)?;
    /// let find = |name: &str| {
    ///     query!(migrations = "../migrations", "SELECT concurrency FROM queues WHERE name = ?", name).one(&conn)
    /// };
    /// assert_eq!(find("default")?.concurrency, 4);
    /// assert!(matches!(find("nowhere"), Err(QueryReturnedNoRows)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// `rusqlite::Error::QueryReturnedNoRows` if there is none; else as [`all`](Query::all).
    pub fn one(self, conn: &Connection) -> Result<T> {
        self.optional(conn)?.ok_or(rusqlite::Error::QueryReturnedNoRows)
    }

    /// The first row, if there is one. A statement that writes is run to its end all the same: only then is it
    /// committed, or refused.
    ///
    /// ```
    /// use onward::query_scalar;
    ///
    /// # let mut conn = onward::rusqlite::Connection::open_in_memory()?;
    /// # onward::migrations!("../migrations").apply(&mut conn)?;
    /// let newest = query_scalar!(migrations = "../migrations", "SELECT id FROM jobs ORDER BY id DESC LIMIT 1");
    /// assert_eq!(newest.optional(&conn)?, None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`all`](Query::all).
    pub fn optional(self, conn: &Connection) -> Result<Option<T>> {
        let mut prepared = self.prepare(conn)?;
        let writes = !prepared.statement.readonly();
        let mut rows = prepared.statement.raw_query();
        let first = match rows.next()? {
            Some(row) => Some((prepared.read)(row)?),
            None => None,
        };
        while writes && rows.next()?.is_some() {}
        Ok(first)
    }

    /// The prepared statement with its parameters bound, to go through the rows one by one. Go through all of them if it
    /// writes: SQLite commits at the end.
    ///
    /// ```
    /// use onward::query_scalar;
    ///
    /// # let mut conn = onward::rusqlite::Connection::open_in_memory()?;
    /// # onward::migrations!("../migrations").apply(&mut conn)?;
    /// let mut names = query_scalar!(migrations = "../migrations", "SELECT name FROM queues").prepare(&conn)?;
    /// for name in names.iter() {
    ///     println!("{}", name?);
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// rusqlite's, if the statement cannot be prepared or a parameter has no value that SQLite knows.
    pub fn prepare(self, conn: &Connection) -> Result<Prepared<'_, T>> {
        Ok(Prepared { statement: bind(conn, self.sql, &self.parameters)?, read: self.read })
    }
}

/// A [`Query`] that is prepared and has its parameters.
pub struct Prepared<'c, T> {
    statement: CachedStatement<'c>,
    read: fn(&Row<'_>) -> Result<T>,
}

impl<T> Prepared<'_, T> {
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

/// A checked statement that gives no rows, with its parameters: what [`query!`](crate::query) expands to for it.
#[must_use = "a statement does nothing until it is executed"]
#[derive(Clone)]
pub struct Execute<'p, const N: usize> {
    sql: &'static str,
    parameters: [&'p dyn ToSql; N],
}

impl<'p, const N: usize> Execute<'p, N> {
    pub(crate) fn new(sql: &'static str, parameters: [&'p dyn ToSql; N]) -> Execute<'p, N> {
        Execute { sql, parameters }
    }

    /// The text of the statement, for a log.
    ///
    /// ```
    /// let statement = onward::query!(migrations = "../migrations", "DELETE FROM jobs");
    /// assert_eq!(statement.sql(), "DELETE FROM jobs");
    /// ```
    pub fn sql(&self) -> &'static str {
        self.sql
    }

    /// Runs it and gives back how many rows it inserted, changed or deleted.
    ///
    /// ```
    /// use onward::query;
    ///
    /// # let mut conn = onward::rusqlite::Connection::open_in_memory()?;
    /// # onward::migrations!("../migrations").apply(&mut conn)?;
    /// let (name, concurrency) = ("reports", 2);
    /// query!(migrations = "../migrations", "INSERT INTO queues(name, concurrency) VALUES (:name, :concurrency)").execute(&conn)?;
    /// let changed = query!(migrations = "../migrations", "UPDATE queues SET concurrency = 8").execute(&conn)?;
    /// assert_eq!(changed, 3);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// rusqlite's, a constraint that is violated among them.
    pub fn execute(self, conn: &Connection) -> Result<usize> {
        bind(conn, self.sql, &self.parameters)?.raw_execute()
    }
}

fn bind<'c>(conn: &'c Connection, sql: &str, parameters: &[&dyn ToSql]) -> Result<CachedStatement<'c>> {
    let mut statement = conn.prepare_cached(sql)?;
    for (index, parameter) in parameters.iter().enumerate() {
        statement.raw_bind_parameter(index + 1, parameter)?;
    }
    Ok(statement)
}
