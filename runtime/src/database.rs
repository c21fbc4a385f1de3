//! A database whose connection is elsewhere: on a thread of its own, in a pool, in another driver.

use std::any::Any;
use std::error::Error as Cause;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use rusqlite::Connection;

/// Where a checked statement can be run with `on`, and migrations with `apply_on`: tokio-rusqlite's connection, a pool of
/// deadpool-sqlite or r2d2, sqlx's pools and connections.
///
/// The implementations are in crates of their own: onward-tokio-rusqlite, onward-deadpool-sqlite, onward-r2d2 and onward-sqlx.
/// Name the crate once in the program, `use onward_tokio_rusqlite as _;`, or Rust does not look at it.
///
/// `Driver` is a type of the crate that has the implementation. Rust lets a crate implement a trait of a second one for a type
/// of a third one only if the trait names a type of the first. Rust finds it by itself, so nobody writes it.
///
/// # An implementation
/// A wrapper of your own around a connection takes a few lines:
///
/// ```
/// use std::error::Error;
/// use std::sync::Mutex;
///
/// use onward::rusqlite::Connection;
/// use onward::{Database, Work, query_scalar};
///
/// struct Shared(Mutex<Connection>);
///
/// impl Database<Shared> for &Shared {
///     async fn run<W: Work>(self, work: W) -> Result<W::Output, Box<dyn Error + Send + Sync>> {
///         let mut conn = self.0.lock().map_err(|error| error.to_string())?;
///         Ok(work.run(&mut conn))
///     }
/// }
///
/// static MIGRATIONS: onward::Migrations = onward::migrations!("../migrations");
///
/// # let wait = std::pin::pin!(async {
/// let db = Shared(Mutex::new(Connection::open_in_memory()?));
/// MIGRATIONS.apply_on(&db).await?;
/// let names = query_scalar!(migrations = "../migrations", "SELECT name FROM queues ORDER BY name").on(&db).all().await?;
/// assert_eq!(names, ["default", "mail"]);
/// # Ok::<(), Box<dyn Error>>(()) });
/// # let mut context = std::task::Context::from_waker(std::task::Waker::noop());
/// # assert!(matches!(wait.poll(&mut context), std::task::Poll::Ready(Ok(()))));
/// ```
#[diagnostic::on_unimplemented(
    message = "onward knows no way to run a statement on a `{Self}`",
    note = "it takes `&tokio_rusqlite::Connection` with the crate onward-tokio-rusqlite, `&deadpool_sqlite::Pool` with \
            onward-deadpool-sqlite, `&r2d2::Pool` with onward-r2d2, and `&SqlitePool` and `&mut SqliteConnection` with \
            onward-sqlx",
    note = "name the crate once in the program, or Rust does not look at it: `use onward_tokio_rusqlite as _;`",
    note = "a connection of rusqlite's needs no `on`: `.all(&conn)`, `.one(&conn)`, `.execute(&conn)`"
)]
pub trait Database<Driver>: Sized + Send {
    /// Runs the work with a connection, and gives what it gives. Once it has begun it is not stopped, whether somebody waits or
    /// not.
    ///
    /// # Errors
    /// Why there is no connection. The work was not run then.
    fn run<W: Work>(
        self,
        work: W,
    ) -> impl Future<Output = Result<W::Output, Box<dyn Cause + Send + Sync>>> + Send;
}

/// What a [`Database`] runs: a statement with its values, or migrations. Only onward makes it.
pub trait Work: sealed::Work + Send + 'static {
    /// What it gives.
    type Output: Send + 'static;

    /// Whether it may change the schema, and shows the connection to code of the application's, the hooks. A driver that keeps
    /// prepared statements of its own forgets them before. Other work shows the connection to nobody.
    const MIGRATES: bool = false;

    /// Does it. It does not panic: that goes on where the work is waited for.
    fn run(self, conn: &mut Connection) -> Self::Output;
}

pub(crate) mod sealed {
    /// What keeps [`Work`](super::Work) to this crate: onward-sqlx lends a handle that no other code may get.
    pub trait Work {}
}

/// Why a statement on a [`Database`] gave nothing.
///
/// ```
/// use onward::CallError;
/// use onward::rusqlite::Error::QueryReturnedNoRows;
///
/// let error = CallError::from(QueryReturnedNoRows);
/// assert!(matches!(error, CallError::Sqlite(QueryReturnedNoRows)));
/// assert_eq!(error.to_string(), QueryReturnedNoRows.to_string());
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum CallError {
    /// The statement's error, as [`Query`](crate::Query) gives it.
    Sqlite(rusqlite::Error),
    /// There was no connection to run it on, so it was not run.
    NoConnection(Box<dyn Cause + Send + Sync>),
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CallError::Sqlite(error) => error.fmt(f),
            CallError::NoConnection(source) => {
                write!(f, "there is no connection to run the statement on, and it was not run: {source}")
            }
        }
    }
}

impl Cause for CallError {
    /// That of the error inside, whose words are in this one's.
    fn source(&self) -> Option<&(dyn Cause + 'static)> {
        match self {
            CallError::Sqlite(error) => error.source(),
            CallError::NoConnection(source) => source.source(),
        }
    }
}

impl From<rusqlite::Error> for CallError {
    fn from(error: rusqlite::Error) -> CallError {
        CallError::Sqlite(error)
    }
}

/// Has the database run the work. A panic goes on here, and not on the thread that has the connection, which would be lost by it.
pub(crate) async fn run<W: Work, D: Database<Driver>, Driver>(
    db: D,
    work: W,
) -> Result<W::Output, Box<dyn Cause + Send + Sync>> {
    db.run(Caught(work)).await.map(|outcome| outcome.unwrap_or_else(|panic| resume_unwind(panic)))
}

/// Work whose panic is a value.
struct Caught<W>(W);

impl<W: Work> sealed::Work for Caught<W> {}

impl<W: Work> Work for Caught<W> {
    type Output = Result<W::Output, Box<dyn Any + Send>>;

    const MIGRATES: bool = W::MIGRATES;

    fn run(self, conn: &mut Connection) -> Self::Output {
        // What unwinds ends what was begun on the connection: a statement is reset, a transaction rolled back.
        catch_unwind(AssertUnwindSafe(|| self.0.run(conn)))
    }
}
