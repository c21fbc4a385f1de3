//! rusqlite on a connection that another driver has opened. The one place with `unsafe`.
#![expect(unsafe_code, reason = "rusqlite takes a raw handle by an unsafe call; see below why it may here")]

use std::collections::BTreeMap;
use std::mem::ManuallyDrop;
use std::sync::{Mutex, MutexGuard, PoisonError};

use onward::rusqlite::{Connection, Result};

use crate::locked::Locked;

/// rusqlite's connection over a handle that somebody else closes, for as long as that one is locked.
///
/// Nobody gets it out of here: a `&mut` goes to the work alone, which is `onward`'s and keeps none. So it is used by nobody when
/// this is gone.
pub(crate) struct Borrowed {
    handle: usize,
    conn: Option<Lent>,
}

/// Never dropped: up to 0.38, rusqlite would take hooks and authorizer from the connection, those of sqlx as well.
type Lent = ManuallyDrop<Connection>;

/// Those of handles that were lent before, so that a handle has one and not one for each statement. They have no statements, and
/// what they have beside the handle's address is good for the next handle of that address as well.
static LENT: Mutex<BTreeMap<usize, Lent>> = Mutex::new(BTreeMap::new());

impl Borrowed {
    /// The caller drops this, wherever it is by then, before it drops `locked`.
    pub(crate) fn of(locked: &mut impl Locked) -> Result<Borrowed> {
        let handle = locked.handle().addr().get();
        let kept = lent().remove(&handle);
        let conn = kept.map_or_else(|| connect(locked).map(ManuallyDrop::new), Ok)?;
        Ok(Borrowed { handle, conn: Some(conn) })
    }

    pub(crate) fn get(&mut self) -> &mut Connection {
        self.conn.as_mut().unwrap_or_else(|| unreachable!("it is there until this is dropped"))
    }
}

impl Drop for Borrowed {
    fn drop(&mut self) {
        let Some(conn) = self.conn.take() else { return };
        // Or SQLite would refuse to close the connection.
        conn.flush_prepared_statement_cache();
        lent().insert(self.handle, conn);
    }
}

fn lent() -> MutexGuard<'static, BTreeMap<usize, Lent>> {
    LENT.lock().unwrap_or_else(PoisonError::into_inner)
}

fn connect(locked: &mut impl Locked) -> Result<Connection> {
    // SAFETY: the handle is a connection that is open, and is used by nobody else until the `Borrowed` is gone.
    // - One SQLite: `Locked::handle` gives the `sqlite3` of the libsqlite3-sys that rusqlite is built with, or this would not
    //   compile. A graph has only one, since it declares `links`.
    // - Kept: what lies in `LENT` is used by nobody. It is taken out when a handle of its address is lent, of which all of this holds.
    // - Open: `Locked` is private to this crate, and is implemented for sqlx's `LockedSqliteHandle` alone. That borrows sqlx's
    //   connection, and its worker, which owns the handle, waits for the lock before it does anything more, closing included.
    //   If the lock is leaked, that is never.
    // - Nobody else: "as long as this `LockedSqliteHandle` exists, it is guaranteed that the background thread is not making
    //   FFI calls on this database handle or any of its statements" (sqlx's documentation of `as_raw_handle`).
    // - Threads: sqlx opens connections in SQLite's multi-thread or serialized mode, in which a connection may be used
    //   by one thread after the other. The lock and the start of a thread order them.
    // - Ownership: rusqlite does not close a handle that it was given this way, and all its statements are finalized: those
    //   that are in use borrow the connection, and those in the cache go with `drop`.
    // - Callbacks: onward sets none. What code beside a migration sets is never freed, since the connection is not dropped.
    unsafe { Connection::from_handle(locked.handle().as_ptr()) }
}
