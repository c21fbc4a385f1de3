//! A statement on a database whose connection is elsewhere.

use std::marker::PhantomData;

use rusqlite::{Connection, Result};

use super::owned::{Owned, OwnedExecute};
use crate::database::{self, CallError, Database, Work, sealed};

/// A statement with the [`Database`] that is to run it: what `on` of [`Query`](crate::Query), [`Execute`](crate::Execute),
/// [`Owned`] and [`OwnedExecute`] gives.
///
/// Its futures are `Send`. Nothing happens before one is polled. Once the statement has begun it goes on to its end, even if the
/// future is dropped. Between the two it may wait in the driver's queue, and then it runs although its future is dropped: after a
/// timeout nobody knows whether it has run. Only a future that waits for a connection itself, as with a pool of deadpool's or
/// sqlx's, has done nothing.
#[must_use = "a statement does nothing until it is run"]
pub struct On<S, D, Driver> {
    statement: S,
    db: D,
    driver: PhantomData<fn() -> Driver>,
}

impl<S: Send + 'static, D: Database<Driver>, Driver> On<S, D, Driver> {
    fn new(statement: S, db: D) -> On<S, D, Driver> {
        On { statement, db, driver: PhantomData }
    }

    async fn run<R: Send + 'static>(
        self,
        call: fn(S, &Connection) -> Result<R>,
    ) -> std::result::Result<R, CallError> {
        let call = Call { statement: self.statement, call };
        Ok(database::run(self.db, call).await.map_err(CallError::NoConnection)??)
    }
}

impl<T: Send + 'static> Owned<T> {
    /// As [`Query::on`](crate::Query::on).
    pub fn on<D: Database<Driver>, Driver>(self, db: D) -> On<Owned<T>, D, Driver> {
        On::new(self, db)
    }
}

impl OwnedExecute {
    /// As [`Query::on`](crate::Query::on).
    pub fn on<D: Database<Driver>, Driver>(self, db: D) -> On<OwnedExecute, D, Driver> {
        On::new(self, db)
    }
}

impl<T: Send + 'static, D: Database<Driver>, Driver> On<Owned<T>, D, Driver> {
    /// All rows, as [`Query::all`](crate::Query::all).
    ///
    /// # Errors
    /// As there, and if there is no connection.
    ///
    /// # Panics
    /// If a conversion of the application's does. The connection stays as it is.
    pub async fn all(self) -> std::result::Result<Vec<T>, CallError> {
        self.run(Owned::all).await
    }

    /// The first row, as [`Query::one`](crate::Query::one).
    ///
    /// # Errors
    /// As there, and if there is no connection.
    ///
    /// # Panics
    /// As [`all`](On::all).
    pub async fn one(self) -> std::result::Result<T, CallError> {
        self.run(Owned::one).await
    }

    /// The first row, if there is one, as [`Query::optional`](crate::Query::optional).
    ///
    /// # Errors
    /// As there, and if there is no connection.
    ///
    /// # Panics
    /// As [`all`](On::all).
    pub async fn optional(self) -> std::result::Result<Option<T>, CallError> {
        self.run(Owned::optional).await
    }

    /// Calls with the rows one by one, on the thread that has the connection: as many as there are, in the memory of one. What the
    /// call gives back is given back.
    ///
    /// ```
    /// # mod example {
    /// use std::error::Error;
    /// use std::fs::File;
    /// use std::io::{BufWriter, Write};
    ///
    /// use onward::{Database, query};
    ///
    /// async fn export<Driver>(db: impl Database<Driver>, mut file: BufWriter<File>) -> Result<(), Box<dyn Error + Send + Sync>> {
    ///     let jobs = query!(migrations = "../migrations", "SELECT id, payload FROM jobs ORDER BY id").on(db);
    ///     let written = jobs.with_rows(move |rows| {
    ///         for job in rows {
    ///             let job = job?;
    ///             writeln!(file, "{} {}", job.id, job.payload)?;
    ///         }
    ///         file.flush()?;
    ///         Ok::<(), Box<dyn Error + Send + Sync>>(())
    ///     });
    ///     written.await?
    /// }
    /// # }
    /// ```
    ///
    /// To read on in async code, send them through a channel that holds a few, by a call that blocks, such as tokio's
    /// `blocking_send`: it waits until there is room, and is an error once nobody reads any more.
    ///
    /// Nobody else has the connection until the call is back, and the rows are those of one moment: in WAL mode, the log is not made
    /// shorter meanwhile. The call goes on if the future is dropped, so it must not wait for something that its own task does,
    /// unless that is in another task by then: `spawn` one of the two. A statement that writes is run to its end, also if the call
    /// leaves rows.
    ///
    /// # Errors
    /// rusqlite's if the statement cannot be prepared, or run to its end, and if there is no connection. What goes wrong with a row
    /// is given to the call.
    ///
    /// # Panics
    /// As [`all`](On::all), and if the call does.
    pub async fn with_rows<R: Send + 'static>(
        self,
        call: impl FnOnce(&mut dyn Iterator<Item = Result<T>>) -> R + Send + 'static,
    ) -> std::result::Result<R, CallError> {
        let On { statement, db, .. } = self;
        let with_rows = On::new((statement, call), db);
        with_rows.run(|(statement, call), conn| statement.prepare(conn)?.with_rows(call)).await
    }
}

impl<D: Database<Driver>, Driver> On<OwnedExecute, D, Driver> {
    /// Runs it and gives back how many rows it inserted, changed or deleted, as [`Execute::execute`](crate::Execute::execute).
    ///
    /// # Errors
    /// As there, and if there is no connection.
    pub async fn execute(self) -> std::result::Result<usize, CallError> {
        self.run(OwnedExecute::execute).await
    }

    /// Runs it and gives back the rowid of the last row that was inserted on the connection.
    pub(super) async fn insert(self) -> std::result::Result<i64, CallError> {
        self.run(|insert, conn| insert.execute(conn).map(|_| conn.last_insert_rowid())).await
    }
}

/// A call of a statement.
struct Call<S, R> {
    statement: S,
    call: fn(S, &Connection) -> Result<R>,
}

impl<S, R> sealed::Work for Call<S, R> {}

impl<S: Send + 'static, R: Send + 'static> Work for Call<S, R> {
    type Output = Result<R>;

    fn run(self, conn: &mut Connection) -> Result<R> {
        (self.call)(self.statement, conn)
    }
}
