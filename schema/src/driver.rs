//! What rusqlite has in some versions only, or only if its own SQLite is compiled in.
//!
//! Everything is asked for by its name: what this build of rusqlite has is taken, and what it lacks is `None`. So the same
//! code builds with the whole range of versions, and with any SQLite behind them.

use std::any::Any;

use rusqlite::config::DbConfig;

/// A switch of [`DbConfig`] by its name, as `Option<DbConfig>`; `None` if this build of rusqlite does not have it.
///
/// ```
/// assert!(onward_schema::db_config!(SQLITE_DBCONFIG_ENABLE_FKEY).is_some());
/// assert!(onward_schema::db_config!(SQLITE_DBCONFIG_OF_TOMORROW).is_none());
/// ```
#[macro_export]
macro_rules! db_config {
    ($name:ident) => {{
        // A variant of this name hides this; where there is none, this is what the name means.
        const $name: $crate::driver::Absent = $crate::driver::Absent;
        let absent = $crate::driver::Found::found($name);
        {
            use ::rusqlite::config::DbConfig::*;
            $crate::driver::Found::found($name).or(absent)
        }
    }};
}

/// Stands in for what rusqlite does not have. Public only for [`db_config!`](crate::db_config).
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub struct Absent;

/// What a name turned out to mean. Public only for [`db_config!`](crate::db_config).
#[doc(hidden)]
pub trait Found {
    fn found(self) -> Option<DbConfig>;
}

impl Found for Absent {
    fn found(self) -> Option<DbConfig> {
        None
    }
}

impl Found for DbConfig {
    fn found(self) -> Option<DbConfig> {
        Some(self)
    }
}

/// What SQLite says of a statement that it refuses, without the statement that rusqlite puts behind it, and at which byte of
/// the statement; `None` if the error is another one, or comes from a rusqlite that does not know the byte.
///
/// ```
/// # let conn = rusqlite::Connection::open_in_memory().unwrap();
/// let error = conn.execute_batch("SELECT missing").unwrap_err();
/// let refused = onward_schema::driver::refused(&error);
/// # #[cfg(feature = "bundled")]
/// assert_eq!(refused, Some(("no such column: missing", 7)));
/// ```
pub fn refused(error: &rusqlite::Error) -> Option<(&str, usize)> {
    // rusqlite's variant hides this where there is one.
    struct SqlInputError {
        msg: String,
        offset: i32,
    }
    let refused = {
        use rusqlite::Error::*;
        read(error, |error| match error {
            SqlInputError { msg, offset, .. } => Some(place(msg, *offset)),
            _ => None,
        })
    };
    refused.or_else(|| read(error, |SqlInputError { msg, offset }| Some(place(msg, *offset))))
}

fn place(message: &str, offset: i32) -> (&str, usize) {
    (message, usize::try_from(offset).unwrap_or(0))
}

/// Calls with the error, if it is of the type that the closure takes.
fn read<'e, T: 'static, R>(error: &'e rusqlite::Error, call: impl FnOnce(&'e T) -> Option<R>) -> Option<R> {
    (error as &dyn Any).downcast_ref().and_then(call)
}
