//! rusqlite on a connection that another driver has opened. The one place with `unsafe`.
#![expect(unsafe_code, reason = "rusqlite takes a raw handle by an unsafe call; see below why it may here")]

use std::mem::ManuallyDrop;

use onward::rusqlite::{Connection, Result};

use crate::locked::Locked;

/// rusqlite's connection over a handle that somebody else closes, for as long as that one is locked.
///
/// Nobody gets it out of here: a `&mut` goes to `onward` alone, which keeps none. So it is gone when this is.
pub(crate) struct Borrowed {
    /// Never dropped. Up to 0.38, rusqlite would take hooks and authorizer from the connection, those of sqlx as well. What stays
    /// behind is a few hundred bytes.
    conn: ManuallyDrop<Connection>,
}

impl Borrowed {
    /// The caller drops this, wherever it is by then, before it drops `locked`.
    pub(crate) fn of(locked: &mut impl Locked) -> Result<Borrowed> {
        // SAFETY: the handle is a connection that is open, and is used by nobody else until this is gone.
        // - One SQLite: `Locked::handle` gives the `sqlite3` of the libsqlite3-sys that rusqlite is built with, or this would not
        //   compile. A graph has only one, since it declares `links`.
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
        let conn = unsafe { Connection::from_handle(locked.handle().as_ptr()) }?;
        Ok(Borrowed { conn: ManuallyDrop::new(conn) })
    }

    pub(crate) fn get(&mut self) -> &mut Connection {
        &mut self.conn
    }
}

impl Drop for Borrowed {
    fn drop(&mut self) {
        // Or SQLite would refuse to close the connection.
        self.conn.flush_prepared_statement_cache();
    }
}
