//! A connection of another driver's, while that driver keeps away from it.

use std::ptr::NonNull;

use onward::rusqlite::ffi;

/// As long as it is there, the handle is open, and nobody but its owner uses it.
pub(crate) trait Locked: Send {
    fn handle(&mut self) -> NonNull<ffi::sqlite3>;
}
