//! What `test_hook!` expands to, as data.

use rusqlite::Connection;

/// What code of a test fails with.
pub(super) type Boxed = Box<dyn std::error::Error + Send + Sync>;

/// A row: its table, and the statement that writes it.
pub(super) type Insert = (&'static str, &'static str);

/// The sample rows of the release before a migration.
#[derive(Debug, Clone, Copy)]
pub struct Samples {
    /// The chain of the history that they are of.
    pub chain: &'static str,
    /// The index of the migration.
    pub index: usize,
    /// How many migrations the release has.
    pub from: usize,
    /// Ordinary rows.
    pub mild: &'static [Insert],
    /// Legal and unusual ones.
    pub harsh: &'static [Insert],
    /// The tables that none could be made for, and why.
    pub empty: &'static [(&'static str, &'static str)],
}

/// A function that opens a connection, with any error that goes into a box.
pub fn opener<E: Into<Boxed>>(
    open: impl Fn() -> Result<Connection, E>,
) -> impl Fn() -> Result<Connection, Boxed> {
    move || open().map_err(Into::into)
}

/// The same of one that changes the sample rows.
pub fn changes<T, E: Into<Boxed>>(
    change: impl Fn(&Connection) -> Result<T, E>,
) -> impl Fn(&Connection) -> Result<(), Boxed> {
    move |conn| change(conn).map(drop).map_err(Into::into)
}
