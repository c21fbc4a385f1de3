//! Statements that are committed together or not at all.

use rusqlite::{Connection, Transaction, TransactionBehavior, ffi};

/// Runs a function in a transaction: commits it if the function gives `Ok`, and takes everything back if it gives `Err` or
/// panics.
///
/// It begins with [`BEGIN IMMEDIATE`](https://www.sqlite.org/lang_transaction.html), so that another writer is waited for
/// here, for as long as the connection's `busy_timeout` says. A plain BEGIN takes the lock at the first statement that writes,
/// and if it has read before, and another connection has written since, that statement fails with
/// [`SQLITE_BUSY`](https://www.sqlite.org/rescode.html#busy_snapshot) at once, however long the timeout.
///
/// ```
/// use onward::query;
/// use onward::rusqlite::Connection;
///
/// fn rename(conn: &mut Connection, from: &str, to: &str) -> onward::Result<usize> {
///     onward::transaction(conn, |tx| {
///         query!(
///             migrations = "../migrations",
///             "INSERT INTO queues(name, concurrency) SELECT :to, concurrency FROM queues WHERE name = :from"
///         )
///         .execute(tx)?;
///         let moved = query!(migrations = "../migrations", "UPDATE jobs SET queue = :to WHERE queue = :from").execute(tx)?;
///         query!(migrations = "../migrations", "DELETE FROM queues WHERE name = :from").execute(tx)?;
///         Ok(moved)
///     })
/// }
///
/// # let mut conn = Connection::open_in_memory()?;
/// # onward::migrations!("../migrations").apply(&mut conn)?;
/// assert_eq!(rename(&mut conn, "mail", "post")?, 0);
/// // There is one of this name: nothing is changed.
/// assert!(rename(&mut conn, "post", "default").is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// The error is any that can be made of rusqlite's: that of rusqlite, onward or anyhow, or one of your own. Where nothing else
/// says which, the closure does: `|tx| -> onward::rusqlite::Result<_> { … }`.
///
/// # Errors
/// The function's. Else rusqlite's: if the lock is not to be had, if the COMMIT fails, for a deferred foreign key or a
/// full disk, which takes everything back, if a transaction is open on the connection already, or if it is open no more
/// when the function has ended.
pub fn transaction<T, E: From<rusqlite::Error>>(
    conn: &mut Connection,
    run: impl FnOnce(&Transaction<'_>) -> Result<T, E>,
) -> Result<T, E> {
    if !conn.is_autocommit() {
        return Err(error(ffi::SQLITE_ERROR, OPEN).into());
    }
    // It rolls back when it is dropped.
    let transaction = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let value = run(&transaction)?;
    if transaction.is_autocommit() {
        return Err(error(ffi::SQLITE_ABORT_ROLLBACK, ENDED).into());
    }
    transaction.commit()?;
    Ok(value)
}

const OPEN: &str = "a transaction is open on this connection already, and only whoever began it can commit it: end it \
     first, or run the statements in it without another one; for a part that can be taken back there is SAVEPOINT";

const ENDED: &str = "the transaction had ended before its function did: an error that the function passed over made SQLite \
     roll it back, or the function ran COMMIT or ROLLBACK; what it ran after that is in the database, each statement by \
     itself";

fn error(code: i32, message: &str) -> rusqlite::Error {
    rusqlite::Error::SqliteFailure(ffi::Error::new(code), Some(message.to_owned()))
}

/// A transaction, or a savepoint in the one that is open. Dropped, it takes back what was done in it.
pub(crate) struct Scope<'c> {
    conn: &'c Connection,
    is_savepoint: bool,
    is_open: bool,
}

impl<'c> Scope<'c> {
    pub(crate) fn begin(conn: &'c Connection) -> rusqlite::Result<Scope<'c>> {
        let is_savepoint = !conn.is_autocommit();
        conn.execute_batch(if is_savepoint { "SAVEPOINT onward_rows" } else { "BEGIN IMMEDIATE" })?;
        Ok(Scope { conn, is_savepoint, is_open: true })
    }

    pub(crate) fn commit(mut self) -> rusqlite::Result<()> {
        if self.conn.is_autocommit() {
            return Err(error(ffi::SQLITE_ABORT_ROLLBACK, ENDED));
        }
        self.conn.execute_batch(if self.is_savepoint { "RELEASE onward_rows" } else { "COMMIT" })?;
        self.is_open = false;
        Ok(())
    }
}

impl Drop for Scope<'_> {
    fn drop(&mut self) {
        // Of some errors, a full disk for one, SQLite has rolled back already.
        if self.is_open && !self.conn.is_autocommit() {
            let back =
                if self.is_savepoint { "ROLLBACK TO onward_rows; RELEASE onward_rows" } else { "ROLLBACK" };
            // What went wrong before is what is told.
            let _ = self.conn.execute_batch(back);
        }
    }
}
