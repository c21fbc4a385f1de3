//! What can be told while others have the lock.

use rusqlite::Connection;

use super::wait::Wait;
use crate::error::Result;
use crate::ledger::Reading;
use crate::run::{Context, Goal, pending};

/// What can be read without the lock, while others have it: it may tell that the lock would be of no use.
#[derive(Default)]
pub(super) struct Foresight {
    /// SQLite's number for what was read last: nobody has written as long as it stays.
    seen: Option<i64>,
}

impl Foresight {
    /// # Errors
    /// That this database is refused: it is newer, has run something else, or has no ledger, or none that can be read.
    pub(super) fn look(
        &mut self,
        context: Context<'_>,
        goal: Goal,
        conn: &Connection,
        wait: &mut Wait<'_>,
    ) -> Result<()> {
        let number = |sql| conn.query_row(sql, [], |row| row.get::<_, i64>(0));
        // With a shared cache such a connection reads what others may still roll back.
        if number("PRAGMA read_uncommitted") != Ok(0) {
            return Ok(());
        }
        let Ok(read) = Reading::begin(conn) else { return Ok(()) };
        let Ok(version) = number("PRAGMA main.data_version") else { return Ok(()) };
        if self.seen == Some(version) {
            return Ok(());
        }
        let found = pending(context, goal, &read);
        match found {
            Ok(pending) => {
                self.seen = Some(version);
                wait.pending = pending.adopt.is_none().then_some(pending.list.len());
                Ok(())
            }
            // The ledger itself speaks against a run, whoever has the lock.
            Err(error) if error.is_verdict() => Err(error),
            // The run under the lock meets it again.
            Err(_) => Ok(()),
        }
    }
}
