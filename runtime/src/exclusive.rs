//! The exclusive transaction, and the wait for it.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode};

use crate::error::{Error, Result};

/// The longest sleep between two attempts, so that a waiter goes on soon after the lock is free.
const LONGEST: Duration = Duration::from_millis(24);

/// An exclusive transaction. Dropped without [`Exclusive::commit`] it rolls back.
pub(crate) struct Exclusive<'c> {
    conn: &'c Connection,
    /// How long the wait for the lock was.
    pub(crate) waited: Duration,
}

impl<'c> Exclusive<'c> {
    /// Begins, and waits at most `timeout` while others hold the lock.
    pub(crate) fn begin(conn: &'c Connection, timeout: Duration) -> Result<Exclusive<'c>> {
        let start = Instant::now();
        let mut attempts = 0;
        loop {
            attempts += 1;
            match conn.execute_batch("BEGIN EXCLUSIVE") {
                Ok(()) => return Ok(Exclusive { conn, waited: start.elapsed() }),
                Err(error) if is_busy(&error) => {
                    let waited = start.elapsed();
                    if waited >= timeout {
                        return Err(Error::Locked { waited, attempts });
                    }
                    std::thread::sleep(pause(attempts).min(timeout - waited));
                }
                Err(error) => return Err(Error::sqlite("begin the exclusive transaction")(error)),
            }
        }
    }

    pub(crate) fn commit(self) -> Result<()> {
        self.conn.execute_batch("COMMIT").map_err(Error::sqlite("commit"))
        // The drop rolls back if this failed, and does nothing if it did not.
    }
}

impl Drop for Exclusive<'_> {
    fn drop(&mut self) {
        if !self.conn.is_autocommit() {
            // SQLite rolls back by itself when the connection goes, should this fail.
            let _ = self.conn.execute_batch("ROLLBACK");
        }
    }
}

fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}

/// Doubles from one millisecond on, and takes off up to half by chance, so that waiters do not move in step.
fn pause(attempt: u32) -> Duration {
    let full = Duration::from_millis(1 << (attempt - 1).min(5)).min(LONGEST);
    let chance = RandomState::new().build_hasher().finish() % 1000;
    full - full.mul_f64(0.5 * chance as f64 / 1000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_stay_short() {
        for attempt in 1..1000 {
            let pause = pause(attempt);
            assert!(pause <= LONGEST && pause >= Duration::from_micros(500), "{attempt}: {pause:?}");
        }
    }

    #[test]
    fn dropped_it_rolls_back() {
        let conn = Connection::open_in_memory().unwrap();
        let exclusive = Exclusive::begin(&conn, Duration::ZERO).unwrap();
        conn.execute_batch("CREATE TABLE t(a)").unwrap();
        drop(exclusive);
        assert!(conn.is_autocommit() && conn.prepare("SELECT * FROM t").is_err());
    }
}
