//! A run on a connection of another driver's: lock it, lend it to rusqlite, migrate on a thread, give it back.

use std::error::Error as Cause;
use std::future::Future;

use onward::rusqlite::Connection;
use onward::{Error, ErrorKind, Report, Result};

use crate::borrowed::Borrowed;
use crate::locked::Locked;
use crate::thread;

/// What migrates.
pub(crate) type Work = Box<dyn FnOnce(&mut Connection) -> Result<Report> + Send>;

/// A connection of a driver that has a thread of its own for it.
pub(crate) trait Held: Send {
    type Error: Cause + Send + Sync + 'static;
    type Locked<'c>: Locked
    where
        Self: 'c;

    /// Drops the statements that are prepared.
    fn forget_statements(&mut self) -> impl Future<Output = std::result::Result<(), Self::Error>> + Send;

    /// Keeps the driver's thread away from the connection.
    fn lock(&mut self) -> impl Future<Output = std::result::Result<Self::Locked<'_>, Self::Error>> + Send;
}

pub(crate) async fn run(conn: &mut impl Held, work: Work) -> Result<Report> {
    // Not behind the run: if it fails there, it is not true that nothing was changed. What is prepared on another schema
    // would have the columns of that one.
    conn.forget_statements().await.map_err(no_connection)?;
    // Dropped last, whether the run ends, fails, or its future is dropped.
    let mut locked = conn.lock().await.map_err(no_connection)?;
    let mut borrowed = Borrowed::of(&mut locked).map_err(no_connection)?;
    thread::run(move || work(borrowed.get())).await.map_err(no_connection)?
}

pub(crate) fn no_connection(source: impl Cause + Send + Sync + 'static) -> Error {
    ErrorKind::NoConnection { source: Box::new(source) }.into()
}
