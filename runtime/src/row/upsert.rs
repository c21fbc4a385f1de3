//! Structs that are inserted, or written over the row that is there.

use std::borrow::Borrow;

use rusqlite::{Connection, Params, Result, params_from_iter};

use super::fields::Values;
use super::many::{self, RowError};
use super::traits::{Table, insert_values, owned};
use crate::database::{CallError, Database};

/// A struct that can be inserted or, if its row is there, written over it.
///
/// Derived by [`#[derive(Row)]`](derive@crate::Row). The row is found by the primary key, or by the columns of a UNIQUE index
/// that `#[onward(conflict = ["queue", "name"])]` names; that there is one, the compiler sees to. Then the other columns that
/// the struct has fields for are set, and no others: generated columns, fields that are `#[onward(read_only)]` and the primary
/// key stay as they are. If that leaves nothing to set, the row stays as it is.
///
/// As anywhere in SQLite, NULL is equal to nothing: a row with NULL in one of these columns is inserted each time.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be upserted",
    note = "a struct can be upserted if it can be inserted and has a field for every column of the primary key, or of the UNIQUE \
            index that `#[onward(conflict = [\"…\"])]` names"
)]
pub trait Upsert: Table + Values {
    /// `INSERT … ON CONFLICT … DO UPDATE`, with a parameter for each value of [`upsert_params`](Upsert::upsert_params).
    const UPSERT: &'static str;

    /// The parameters of [`UPSERT`](Upsert::UPSERT).
    ///
    /// ```
    /// use onward::{Row, Upsert};
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
    /// let queue = Queue { name: "mail".to_owned(), concurrency: 3 };
    /// let sql = format!("{} RETURNING concurrency", Queue::UPSERT);
    /// let concurrency: i64 = conn.query_row(&sql, queue.upsert_params(), |row| row.get(0))?;
    /// assert_eq!(concurrency, 3);
    /// # Ok(()) }
    /// ```
    fn upsert_params(&self) -> impl Params {
        params_from_iter(insert_values(self))
    }

    /// Inserts it, or writes it over the row that is there, by a statement from the connection's cache. Gives back whether a row
    /// was written: not, if it was there and there is nothing to set.
    ///
    /// ```
    /// use onward::{Row, Upsert};
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
    /// let mut queue = Queue { name: "reports".to_owned(), concurrency: 1 };
    /// queue.upsert(&conn)?;
    /// queue.concurrency = 2;
    /// queue.upsert(&conn)?;
    /// let reports = onward::query!(migrations = "../migrations", "SELECT concurrency FROM queues WHERE name = 'reports'");
    /// assert_eq!(reports.one(&conn)?.concurrency, 2);
    /// # Ok(()) }
    /// ```
    ///
    /// The rowid of a row that was there is not what `last_insert_rowid` says; a statement in `query!` gives it with `RETURNING
    /// id`.
    ///
    /// # Errors
    /// rusqlite's, a constraint that is violated among them: another UNIQUE index than that by which the row is found is one.
    fn upsert(&self, conn: &Connection) -> Result<bool> {
        Ok(conn.prepare_cached(Self::UPSERT)?.execute(self.upsert_params())? > 0)
    }

    /// As [`upsert`](Upsert::upsert), on a connection that is elsewhere: see [`Insert::insert_on`](crate::Insert::insert_on).
    ///
    /// # Errors
    /// As there, and if there is no connection.
    fn upsert_on<D: Database<Driver>, Driver>(
        &self,
        db: D,
    ) -> impl Future<Output = std::result::Result<bool, CallError>> + Send {
        let upsert = owned(Self::UPSERT, &insert_values(self)).on(db).execute();
        async { Ok(upsert.await? > 0) }
    }

    /// Upserts all of them by one prepared statement, and gives back how many rows it has written: all, or none if it fails, as
    /// [`insert_all`](crate::Insert::insert_all) does.
    ///
    /// ```
    /// use onward::{Row, Upsert};
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
    /// let queues = ["mail", "reports"].map(|name| Queue { name: name.to_owned(), concurrency: 1 });
    /// assert_eq!(Queue::upsert_all(&queues, &conn)?, 2);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// Which row was refused, and rusqlite's error for it.
    fn upsert_all<I>(rows: I, conn: &Connection) -> std::result::Result<usize, RowError>
    where
        Self: Sized,
        I: IntoIterator<Item: Borrow<Self>>,
    {
        many::write::<Self>(rows, conn, Self::UPSERT, &Self::TARGET)
    }
}
