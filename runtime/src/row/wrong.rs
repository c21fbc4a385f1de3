//! What the compiler says of a call that does not fit the statement.

use std::convert::Infallible;
use std::future::{Ready, ready};

use rusqlite::{Connection, Error, Result};

use super::on::On;
use super::owned::{Owned, OwnedExecute};
use super::prepared::Prepared;
use super::query::{Execute, Query};

/// A statement that gives rows.
#[diagnostic::on_unimplemented(
    message = "this statement gives no rows",
    label = "run it with `.execute(&conn)`",
    note = "an INSERT, UPDATE or DELETE gives the rows that it writes with RETURNING"
)]
pub trait GivesRows {}

impl<T, const N: usize> GivesRows for Query<'_, T, N> {}

/// A statement that gives none.
#[diagnostic::on_unimplemented(
    message = "this statement gives rows",
    label = "read them with `.all(&conn)`, `.one(&conn)` or `.optional(&conn)`",
    note = "an INSERT, UPDATE or DELETE gives none without its RETURNING"
)]
pub trait GivesNoRows {}

impl<const N: usize> GivesNoRows for Execute<'_, N> {}

/// Calls that are there so that the compiler can say what to write instead.
impl<'p, const N: usize> Execute<'p, N> {
    #[doc(hidden)]
    pub fn all(self, _: &Connection) -> Result<Vec<Infallible>>
    where
        Self: GivesRows,
    {
        Err(Error::QueryReturnedNoRows)
    }

    #[doc(hidden)]
    pub fn one(self, _: &Connection) -> Result<Infallible>
    where
        Self: GivesRows,
    {
        Err(Error::QueryReturnedNoRows)
    }

    #[doc(hidden)]
    pub fn optional(self, _: &Connection) -> Result<Option<Infallible>>
    where
        Self: GivesRows,
    {
        Ok(None)
    }

    #[doc(hidden)]
    pub fn prepare(self, _: &Connection) -> Result<Prepared<'_, Infallible>>
    where
        Self: GivesRows,
    {
        Err(Error::QueryReturnedNoRows)
    }
}

/// As above.
impl<'p, T, const N: usize> Query<'p, T, N> {
    #[doc(hidden)]
    pub fn execute(self, _: &Connection) -> Result<usize>
    where
        Self: GivesNoRows,
    {
        Err(Error::ExecuteReturnedResults)
    }
}

/// As above.
impl<T> Owned<T> {
    #[doc(hidden)]
    pub fn execute(self, _: &Connection) -> Result<usize>
    where
        Self: GivesNoRows,
    {
        Err(Error::ExecuteReturnedResults)
    }
}

/// As above.
impl<D, Driver> On<OwnedExecute, D, Driver> {
    #[doc(hidden)]
    pub fn all(self) -> Ready<Result<Vec<Infallible>>>
    where
        Self: GivesRows,
    {
        ready(Err(Error::QueryReturnedNoRows))
    }

    #[doc(hidden)]
    pub fn one(self) -> Ready<Result<Infallible>>
    where
        Self: GivesRows,
    {
        ready(Err(Error::QueryReturnedNoRows))
    }

    #[doc(hidden)]
    pub fn optional(self) -> Ready<Result<Option<Infallible>>>
    where
        Self: GivesRows,
    {
        ready(Ok(None))
    }
}

/// As above.
impl<T, D, Driver> On<Owned<T>, D, Driver> {
    #[doc(hidden)]
    pub fn execute(self) -> Ready<Result<usize>>
    where
        Self: GivesNoRows,
    {
        ready(Err(Error::ExecuteReturnedResults))
    }
}
