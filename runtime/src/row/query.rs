//! Statements that were checked while the application compiled, and their parameters.

use rusqlite::{Connection, Result, Row};

use super::argument::Argument;
use super::on::On;
use super::owned::{Owned, OwnedExecute, own};
use super::prepared::{Prepared, bind};
use crate::database::Database;

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
///
/// Lists, and parts that are chosen while the program runs:
///
/// ```
/// use onward::{query, query_scalar};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let mut conn = onward::rusqlite::Connection::open_in_memory()?;
/// # onward::migrations!("../migrations").apply(&mut conn)?;
/// # query!(
/// #     migrations = "../migrations",
/// #     "INSERT INTO jobs(id, queue, payload) VALUES (1, 'mail', '{}'), (2, 'mail', '{}')"
/// # )
/// # .execute(&conn)?;
/// let find = |ids: Option<&[i64]>, newest_first: bool| {
///     let jobs = query_scalar!(
///         migrations = "../migrations",
///         "SELECT id FROM jobs WHERE archived = 0"
///             + if let Some(ids) = ids { " AND id IN (:ids...)" }
///             + if newest_first { " ORDER BY id DESC" } else { " ORDER BY id" },
///     );
///     jobs.all(&conn)
/// };
/// assert_eq!(find(None, true)?, [2, 1]);
/// assert_eq!(find(Some(&[1, 7]), false)?, [1]);
///
/// let count = |of_queues: bool| {
///     query_scalar!(
///         migrations = "../migrations",
///         "SELECT count(*) FROM " + if of_queues { "queues" } else { "jobs" }
///     )
///     .one(&conn)
/// };
/// assert_eq!((count(true)?, count(false)?), (2, 2));
/// # Ok(()) }
/// ```
#[must_use = "a query does nothing until it is run"]
pub struct Query<'p, T, const N: usize> {
    sql: &'static str,
    read: fn(&Row<'_>) -> Result<T>,
    parameters: [Argument<'p>; N],
}

// Not derived, which would ask it of the rows.
impl<T, const N: usize> Clone for Query<'_, T, N> {
    fn clone(&self) -> Self {
        Query { sql: self.sql, read: self.read, parameters: self.parameters }
    }
}

impl<'p, T, const N: usize> Query<'p, T, N> {
    pub(crate) fn new(
        sql: &'static str,
        read: fn(&Row<'_>) -> Result<T>,
        parameters: [Argument<'p>; N],
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
    /// rusqlite's, if the statement cannot be run or a value is none of its column's type. With RETURNING, the rows are written
    /// before one is read: they stay there if a value is none of its column's type.
    pub fn all(self, conn: &Connection) -> Result<Vec<T>> {
        self.prepare(conn)?.all()
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
        self.prepare(conn)?.one()
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
        self.prepare(conn)?.optional()
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
        Prepared::new(conn, self.sql, self.read, &self.parameters)
    }

    /// The same with its parameters' values in it, so that it can go to another thread: it borrows nothing.
    ///
    /// ```
    /// use onward::query;
    ///
    /// # let mut conn = onward::rusqlite::Connection::open_in_memory()?;
    /// # onward::migrations!("../migrations").apply(&mut conn)?;
    /// let name = String::from("default");
    /// let queue = query!(migrations = "../migrations", "SELECT concurrency FROM queues WHERE name = :name").owned();
    /// drop(name);
    /// let queue = std::thread::spawn(move || queue.one(&conn)).join().unwrap()?;
    /// assert_eq!(queue.concurrency, 4);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// A value that cannot be owned is an error when the statement is run: see [`Owned`].
    pub fn owned(self) -> Owned<T> {
        Owned::new(self.sql, self.read, own(&self.parameters))
    }

    /// The statement with the database that is to run it: tokio-rusqlite's connection, a pool, and what else is a [`Database`].
    ///
    /// ```
    /// # mod example {
    /// use onward::{CallError, Database, query};
    ///
    /// /// On whatever the program has; in the program itself it is `.on(&db)`.
    /// async fn workers<Driver>(db: impl Database<Driver>, name: &str) -> Result<i64, CallError> {
    ///     let queue = query!(migrations = "../migrations", "SELECT concurrency FROM queues WHERE name = :name");
    ///     Ok(queue.on(db).one().await?.concurrency)
    /// }
    /// # }
    /// ```
    pub fn on<D: Database<Driver>, Driver>(self, db: D) -> On<Owned<T>, D, Driver>
    where
        T: Send + 'static,
    {
        self.owned().on(db)
    }
}

/// A checked statement that gives no rows, with its parameters: what [`query!`](crate::query) expands to for it.
#[must_use = "a statement does nothing until it is executed"]
#[derive(Clone)]
pub struct Execute<'p, const N: usize> {
    sql: &'static str,
    parameters: [Argument<'p>; N],
}

impl<'p, const N: usize> Execute<'p, N> {
    pub(crate) fn new(sql: &'static str, parameters: [Argument<'p>; N]) -> Execute<'p, N> {
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

    /// The same with its parameters' values in it, so that it can go to another thread: it borrows nothing.
    ///
    /// ```
    /// # let mut conn = onward::rusqlite::Connection::open_in_memory()?;
    /// # onward::migrations!("../migrations").apply(&mut conn)?;
    /// let name = String::from("mail");
    /// let delete = onward::query!(migrations = "../migrations", "DELETE FROM queues WHERE name = :name").owned();
    /// drop(name);
    /// assert_eq!(std::thread::spawn(move || delete.execute(&conn)).join().unwrap()?, 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// A value that cannot be owned is an error when the statement is run: see [`Owned`].
    pub fn owned(self) -> OwnedExecute {
        OwnedExecute::new(self.sql, own(&self.parameters))
    }

    /// The statement with the database that is to run it, as [`Query::on`].
    ///
    /// ```
    /// # mod example {
    /// use onward::{CallError, Database, query};
    ///
    /// async fn close<Driver>(db: impl Database<Driver>, queue: &str) -> Result<bool, CallError> {
    ///     let closed = query!(migrations = "../migrations", "DELETE FROM queues WHERE name = :queue").on(db).execute().await?;
    ///     Ok(closed > 0)
    /// }
    /// # }
    /// ```
    pub fn on<D: Database<Driver>, Driver>(self, db: D) -> On<OwnedExecute, D, Driver> {
        self.owned().on(db)
    }
}
