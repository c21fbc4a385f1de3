//! rusqlite on a connection that another driver has opened. The one place with `unsafe`.
#![expect(unsafe_code, reason = "rusqlite takes a raw handle by an unsafe call; see below why it may here")]

use std::collections::BTreeMap;
use std::mem::ManuallyDrop;
use std::sync::{Mutex, MutexGuard, PoisonError};

use onward::rusqlite::{Connection, Result};

use crate::locked::Locked;

/// rusqlite's connection over a handle that somebody else closes, for as long as that one is locked.
///
/// A `&mut` goes to the work alone, which is `onward`'s and keeps none. A statement shows it to nobody. Migrations show it to the
/// application's hooks, as a `&Transaction`, of which one thing can be kept: an `InterruptHandle`.
pub(crate) struct Borrowed {
    /// For which handle it is kept, if it is.
    keep: Option<usize>,
    conn: Option<Lent>,
}

/// Never dropped: up to 0.38, rusqlite would take hooks and authorizer from the connection, those of sqlx as well.
type Lent = ManuallyDrop<Connection>;

/// Those of handles that were lent to statements before, so that a handle has one and not one for each statement. They have no
/// statements, and what they have beside the handle's address is good for the next handle of that address as well.
static LENT: Mutex<BTreeMap<usize, Lent>> = Mutex::new(BTreeMap::new());

/// The caller drops a `Borrowed`, wherever it is by then, before it drops `locked`.
impl Borrowed {
    /// For work that shows the connection to no code of the application's.
    pub(crate) fn kept(locked: &mut impl Locked) -> Result<Borrowed> {
        let handle = locked.handle().addr().get();
        let before = lent().remove(&handle);
        let conn = before.map_or_else(|| connect(locked), Ok)?;
        Ok(Borrowed { keep: Some(handle), conn: Some(conn) })
    }

    /// For work that does. rusqlite remembers in its connection how the hooks are freed that were set through it, and frees by
    /// that whatever it finds in their place when it sets another: by then that may be sqlx's. So no other work gets this one.
    pub(crate) fn once(locked: &mut impl Locked) -> Result<Borrowed> {
        Ok(Borrowed { keep: None, conn: Some(connect(locked)?) })
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
        if let Some(handle) = self.keep {
            lent().insert(handle, conn);
        }
    }
}

fn lent() -> MutexGuard<'static, BTreeMap<usize, Lent>> {
    LENT.lock().unwrap_or_else(PoisonError::into_inner)
}

fn connect(locked: &mut impl Locked) -> Result<Lent> {
    // SAFETY: the handle is a connection that is open, and is used by nobody else until the `Borrowed` is gone.
    // - One SQLite: `Locked::handle` gives the `sqlite3` of the libsqlite3-sys that rusqlite is built with, or this would not
    //   compile. A graph has only one, since it declares `links`.
    // - Kept: what lies in `LENT` is used by nobody, and nobody has set a hook through it. It is taken out when a handle of its
    //   address is lent, of which all of this holds.
    // - Open: `Locked` is private to this crate, and is implemented for sqlx's `LockedSqliteHandle` alone. That borrows sqlx's
    //   connection, and its worker, which owns the handle, waits for the lock before it does anything more, closing included.
    //   If the lock is leaked, that is never.
    // - Nobody else: "as long as this `LockedSqliteHandle` exists, it is guaranteed that the background thread is not making
    //   FFI calls on this database handle or any of its statements" (sqlx's documentation of `as_raw_handle`).
    // - Threads: sqlx opens connections in SQLite's multi-thread or serialized mode, in which a connection may be used
    //   by one thread after the other. The lock and the start of a thread order them.
    // - Ownership: rusqlite does not close a handle that it was given this way, and all its statements are finalized: those
    //   that are in use borrow the connection, and those in the cache go with `drop`.
    // - Callbacks: onward sets none. What a hook of a migration sets is never freed but by a later one of the same run, since the
    //   connection is neither dropped nor given to another run.
    // - Interrupts: an `InterruptHandle` that a hook has kept has the handle's address and does not know when sqlx closes it.
    //   Nothing here can see that: `from_handle` asks it of whoever calls, and the pages of this crate ask it of the hook.
    let conn = unsafe { Connection::from_handle(locked.handle().as_ptr()) };
    conn.map(ManuallyDrop::new)
}

#[cfg(test)]
mod tests {
    use std::ptr::NonNull;
    use std::sync::Arc;

    use onward::rusqlite::ffi::sqlite3;
    use onward::rusqlite::hooks::Action;

    use super::*;

    /// A connection whose owner locks it by being still.
    struct Owner(Connection);

    impl Locked for Owner {
        fn handle(&mut self) -> NonNull<sqlite3> {
            // SAFETY: nobody closes it.
            NonNull::new(unsafe { self.0.handle() }).unwrap()
        }
    }

    /// The same type each time, so that it does no harm if one is freed in another's place.
    fn hook(held: &Arc<()>) -> impl FnMut(Action, &str, &str, i64) + Send + 'static {
        let held = Arc::clone(held);
        move |_, _, _, _| drop(Arc::clone(&held))
    }

    #[test]
    fn a_hook_that_the_owner_sets_after_a_migration_is_not_freed_by_the_next() {
        let mut owner = Owner(Connection::open_in_memory().unwrap());
        let (of_migrations, of_owner) = (Arc::new(()), Arc::new(()));
        Borrowed::once(&mut owner).unwrap().get().update_hook(Some(hook(&of_migrations)));
        owner.0.update_hook(Some(hook(&of_owner)));
        Borrowed::once(&mut owner).unwrap().get().update_hook(Some(hook(&of_migrations)));
        assert_eq!((Arc::strong_count(&of_owner), Arc::strong_count(&of_migrations)), (2, 3));
    }

    #[test]
    fn statements_on_one_handle_have_one_connection() {
        let mut owner = Owner(Connection::open_in_memory().unwrap());
        let handle = owner.handle().addr().get();
        let is_kept = || lent().contains_key(&handle);
        drop(Borrowed::once(&mut owner).unwrap());
        assert!(!is_kept());
        for _ in 0..2 {
            let mut statement = Borrowed::kept(&mut owner).unwrap();
            assert!(!is_kept());
            statement.get().execute_batch("SELECT 1").unwrap();
            drop(statement);
            assert!(is_kept());
        }
        // Nothing that is left of them keeps it from being closed.
        owner.0.close().unwrap();
    }
}
