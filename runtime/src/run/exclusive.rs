//! The transaction that everything runs in.

use rusqlite::{Connection, ErrorCode, Transaction, TransactionBehavior};

use crate::error::{Error, ErrorKind, Result, is_busy};

/// How much of the database is locked. Both keep other writers out.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Lock {
    /// Others read on until the commit.
    Immediate,
    /// Nobody reads either, but in WAL mode, where it is the same as the other
    /// (<https://www.sqlite.org/lang_transaction.html#immediate>). No reader can be in the way of the commit.
    Exclusive,
}

/// A transaction. Dropped without [`Exclusive::commit`], after a panic for one, it rolls back as rusqlite's does.
pub(crate) struct Exclusive<'c> {
    transaction: Transaction<'c>,
}

impl<'c> Exclusive<'c> {
    /// Begins, if nobody else has the lock.
    pub(crate) fn begin(conn: &'c Connection, lock: Lock) -> Result<Option<Exclusive<'c>>> {
        let behavior = match lock {
            Lock::Immediate => TransactionBehavior::Immediate,
            Lock::Exclusive => TransactionBehavior::Exclusive,
        };
        match Transaction::new_unchecked(conn, behavior) {
            Ok(transaction) => Ok(Some(Exclusive { transaction })),
            Err(error) if is_busy(&error) => Ok(None),
            Err(error) => Err(Error::sqlite("begin the exclusive transaction")(error)),
        }
    }

    /// What the application's code gets to see: it can do anything but end it.
    pub(crate) fn transaction(&self) -> &Transaction<'c> {
        &self.transaction
    }

    pub(crate) fn commit(self) -> Result<()> {
        match self.transaction.execute_batch("COMMIT") {
            Ok(()) => Ok(()),
            // What fails may have been done: the lock is given up after the commit, and a WAL that could not be synced is
            // read by whoever opens it next.
            Err(source) if source.sqlite_error_code() == Some(ErrorCode::SystemIoFailure) => {
                let _ = self.end();
                Err(ErrorKind::InDoubt { source }.into())
            }
            Err(source) => Err(self.roll_back(Error::sqlite("commit")(source))),
        }
    }

    /// Rolls back because of this error, which comes back unless the rollback fails as well.
    pub(crate) fn roll_back(self, cause: Error) -> Error {
        match self.end() {
            Ok(()) => cause,
            Err(source) => ErrorKind::Rollback { cause: Box::new(cause), source }.into(),
        }
    }

    /// Ends a transaction in which nothing was written.
    pub(crate) fn end_unchanged(self) -> Result<()> {
        self.end().map_err(Error::sqlite("end the transaction"))
    }

    /// SQLite may have rolled back already, as it does when the disk is full
    /// (<https://www.sqlite.org/lang_transaction.html#response_to_errors_within_a_transaction>).
    fn end(&self) -> rusqlite::Result<()> {
        if self.transaction.is_autocommit() { Ok(()) } else { self.transaction.execute_batch("ROLLBACK") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dropped_it_rolls_back() {
        for lock in [Lock::Immediate, Lock::Exclusive] {
            let conn = Connection::open_in_memory().unwrap();
            let exclusive = Exclusive::begin(&conn, lock).unwrap().unwrap();
            conn.execute_batch("CREATE TABLE t(a)").unwrap();
            drop(exclusive);
            assert!(conn.is_autocommit() && conn.prepare("SELECT * FROM t").is_err());
        }
    }
}
