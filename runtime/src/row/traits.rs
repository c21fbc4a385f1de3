//! Structs whose fields are columns.

use std::borrow::Borrow;

use onward_core::name::Ident;
use rusqlite::types::ToSql;
use rusqlite::{Connection, Params, Result, params_from_iter};

use super::convert::Bound;
use super::fields::{Fields, Target, Use, Values};
use super::many::{self, RowError};
use super::owned::{OwnedExecute, own};
use crate::database::{CallError, Database};

/// A struct that is read from a row, its fields by the names of the columns.
///
/// Derived by [`#[derive(Row)]`](derive@crate::Row), which holds it against the schema.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be read from a row",
    label = "not a `Row`",
    note = "write `#[derive(onward::Row)]` above a struct whose fields are the columns; one with borrowed fields is for writing \
            only"
)]
pub trait Row: Fields + Sized {
    /// Reads a row, for rusqlite's `query_map` and its like.
    ///
    /// ```
    /// use onward::{Row, Table};
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
    /// let mail = conn.query_row(&format!("{} WHERE name = 'mail'", Queue::SELECT), [], Queue::from_row)?;
    /// assert_eq!((mail.name.as_str(), mail.concurrency), ("mail", 1));
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// rusqlite's, if a column is missing or its value is none of the field's type.
    fn from_row(row: &rusqlite::Row<'_>) -> Result<Self>;
}

/// A struct that stands for a table or a view.
///
/// Derived by [`#[derive(Row)]`](derive@crate::Row) with `#[onward(table = "jobs")]`.
///
/// ```
/// use onward::{Insert, Row, Table, Update};
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
/// assert_eq!(Queue::SELECT, r#"SELECT "name", "concurrency" FROM "queues""#);
/// let mut queue = Queue { name: "reports".to_owned(), concurrency: 1 };
/// queue.insert(&conn)?;
/// queue.concurrency = 2;
/// assert!(queue.update(&conn)?);
///
/// let mut statement = conn.prepare(Queue::SELECT)?;
/// let queues = statement.query_map([], Queue::from_row)?.collect::<Result<Vec<_>, _>>()?;
/// assert_eq!(queues.len(), 3);
/// # Ok(()) }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` stands for no table",
    note = "name the table at the struct: `#[derive(onward::Row)] #[onward(table = \"jobs\")]`"
)]
pub trait Table {
    /// The table or view.
    const TABLE: &'static str;
    /// The columns that the struct has fields for, in the order of the fields.
    const COLUMNS: &'static [&'static str];
    /// `SELECT` of these columns from the table, to which a `WHERE` may be appended.
    const SELECT: &'static str;

    #[doc(hidden)]
    const TARGET: Target;
}

/// A struct that can be inserted into its table: no column is missing that must be given.
///
/// Derived by [`#[derive(Row)]`](derive@crate::Row). Generated columns and fields that are `#[onward(read_only)]` are
/// left out.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be inserted",
    note = "a struct can be inserted if it has `#[onward(table = …)]` and a field for every column that is NOT NULL and has no \
            default"
)]
pub trait Insert: Table + Values {
    /// `INSERT` of the columns, with a parameter for each value of [`insert_params`](Insert::insert_params).
    const INSERT: &'static str;

    /// The parameters of [`INSERT`](Insert::INSERT).
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
    /// let queue = Queue { name: "mail".to_owned(), concurrency: 2 };
    /// let upsert = format!("{} ON CONFLICT DO UPDATE SET concurrency = excluded.concurrency", Queue::INSERT);
    /// assert_eq!(conn.execute(&upsert, queue.insert_params())?, 1);
    /// # Ok(()) }
    /// ```
    fn insert_params(&self) -> impl Params {
        params_from_iter(insert_values(self))
    }

    /// Inserts it and gives back the rowid, by a statement from the connection's cache.
    ///
    /// A `WITHOUT ROWID` table and a view have none to give: for them the number says nothing.
    ///
    /// ```
    /// use onward::{Insert, Row};
    ///
    /// #[derive(Row)]
    /// #[onward(table = "jobs", migrations = "../migrations")]
    /// struct NewJob<'a> {
    ///     queue: &'a str,
    ///     payload: &'a str,
    /// }
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let mut conn = onward::rusqlite::Connection::open_in_memory()?;
    /// # onward::migrations!("../migrations").apply(&mut conn)?;
    /// let id = NewJob { queue: "mail", payload: "{}" }.insert(&conn)?;
    /// assert_eq!(id, 1);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// rusqlite's, a constraint that is violated among them.
    fn insert(&self, conn: &Connection) -> Result<i64> {
        // Not `insert`, to which a view with an INSTEAD OF trigger has changed no row.
        conn.prepare_cached(Self::INSERT)?.execute(self.insert_params())?;
        Ok(conn.last_insert_rowid())
    }

    /// As [`insert`](Insert::insert), on a connection that is elsewhere: tokio-rusqlite's, one of a pool, and what else is a
    /// [`Database`].
    ///
    /// ```
    /// # mod example {
    /// use onward::{CallError, Database, Insert, Row};
    ///
    /// #[derive(Row)]
    /// #[onward(table = "jobs", migrations = "../migrations")]
    /// struct NewJob<'a> {
    ///     queue: &'a str,
    ///     payload: &'a str,
    /// }
    ///
    /// async fn add<Driver>(db: impl Database<Driver>, payload: &str) -> Result<i64, CallError> {
    ///     NewJob { queue: "mail", payload }.insert_on(db).await
    /// }
    /// # }
    /// ```
    ///
    /// # Errors
    /// As there, and if there is no connection.
    fn insert_on<D: Database<Driver>, Driver>(
        &self,
        db: D,
    ) -> impl Future<Output = std::result::Result<i64, CallError>> + Send {
        owned(Self::INSERT, &insert_values(self)).on(db).insert()
    }

    /// Inserts all of them by one prepared statement, and gives back how many it has inserted: all, or none if it fails.
    ///
    /// It runs in a transaction of its own, or in a savepoint if one is open: then what came before stays as it is. The
    /// transaction waits for another writer, as [`transaction`](crate::transaction) does, before the first row is asked for: rows
    /// may be read from the same connection as they come.
    ///
    /// ```
    /// use onward::{Insert, Row};
    ///
    /// #[derive(Row)]
    /// #[onward(table = "jobs", migrations = "../migrations")]
    /// struct NewJob<'a> {
    ///     queue: &'a str,
    ///     payload: &'a str,
    /// }
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let mut conn = onward::rusqlite::Connection::open_in_memory()?;
    /// # onward::migrations!("../migrations").apply(&mut conn)?;
    /// let jobs = [NewJob { queue: "mail", payload: "{}" }, NewJob { queue: "mail", payload: "[]" }];
    /// assert_eq!(NewJob::insert_all(&jobs, &conn)?, 2);
    /// // Or one by one as they come.
    /// let payloads = (0..1_000).map(|n| n.to_string()).collect::<Vec<_>>();
    /// NewJob::insert_all(payloads.iter().map(|payload| NewJob { queue: "mail", payload }), &conn)?;
    /// # Ok(()) }
    /// ```
    ///
    /// Rows that `ON CONFLICT IGNORE` of the table leaves out are not counted, and neither are those of a view, whose triggers
    /// write.
    ///
    /// # Errors
    /// Which row was refused, and rusqlite's error for it.
    fn insert_all<I>(rows: I, conn: &Connection) -> std::result::Result<usize, RowError>
    where
        Self: Sized,
        I: IntoIterator<Item: Borrow<Self>>,
    {
        many::write::<Self>(rows, conn, Self::INSERT, &Self::TARGET)
    }
}

/// A struct that can be written over its row: it has the columns of the primary key, and others.
///
/// Derived by [`#[derive(Row)]`](derive@crate::Row). Generated columns and fields that are `#[onward(read_only)]` are
/// not written.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be updated",
    note = "a struct can be updated if it has `#[onward(table = …)]`, a field for every column of the primary key, and others"
)]
pub trait Update: Table + Values {
    /// `UPDATE` of the row with the struct's primary key, with a parameter for each value of
    /// [`update_params`](Update::update_params).
    const UPDATE: &'static str;

    /// The parameters of [`UPDATE`](Update::UPDATE).
    ///
    /// ```
    /// use onward::{Row, Update};
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
    /// let queue = Queue { name: "mail".to_owned(), concurrency: 2 };
    /// assert_eq!(Queue::UPDATE, r#"UPDATE "queues" SET "concurrency" = ? WHERE "name" = ?"#);
    /// assert_eq!(conn.execute(Queue::UPDATE, queue.update_params())?, 1);
    /// # Ok(()) }
    /// ```
    fn update_params(&self) -> impl Params {
        params_from_iter(update_values(self))
    }

    /// Writes it over the row with its primary key, by a statement from the connection's cache; gives back whether there
    /// is one.
    ///
    /// ```
    /// use onward::{Row, Update};
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
    /// assert!(Queue { name: "mail".to_owned(), concurrency: 2 }.update(&conn)?);
    /// assert!(!Queue { name: "nowhere".to_owned(), concurrency: 2 }.update(&conn)?);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// rusqlite's, a constraint that is violated among them.
    fn update(&self, conn: &Connection) -> Result<bool> {
        Ok(conn.prepare_cached(Self::UPDATE)?.execute(self.update_params())? > 0)
    }

    /// As [`update`](Update::update), on a connection that is elsewhere: see [`Insert::insert_on`].
    ///
    /// # Errors
    /// As there, and if there is no connection.
    fn update_on<D: Database<Driver>, Driver>(
        &self,
        db: D,
    ) -> impl Future<Output = std::result::Result<bool, CallError>> + Send {
        let update = owned(Self::UPDATE, &update_values(self)).on(db).execute();
        async { Ok(update.await? > 0) }
    }
}

/// The values of what an UPDATE sets, and of the key.
fn update_values<R: Update + ?Sized>(row: &R) -> Vec<Bound<'_>> {
    let mut all = values(row, &|name, usage| R::TARGET.sets(name, usage));
    for key in R::TARGET.key {
        all.extend(values(row, &|name, _| Ident(name) == key));
    }
    all
}

/// A statement with the values of a struct.
pub(super) fn owned(sql: &'static str, values: &[Bound<'_>]) -> OwnedExecute {
    let values: Vec<&dyn ToSql> = values.iter().map(|value| value as &dyn ToSql).collect();
    OwnedExecute::new(sql, own(&values))
}

/// The values of the columns that an INSERT gives.
pub(super) fn insert_values<R: Table + Values + ?Sized>(row: &R) -> Vec<Bound<'_>> {
    values(row, &|name, usage| R::TARGET.inserts(name, usage))
}

fn values<'v>(row: &'v (impl Values + ?Sized), wanted: &dyn Fn(&str, Use) -> bool) -> Vec<Bound<'v>> {
    let mut values = Vec::new();
    row.values(wanted, &mut |value| values.push(value));
    values
}
