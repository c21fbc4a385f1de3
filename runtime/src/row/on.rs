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
