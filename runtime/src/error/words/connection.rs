//! Of the connection, and of what SQLite says on it.

use std::time::Duration;

use super::said::{Words, list};
use crate::error::fault::Fault;
use crate::error::sqlite;
use crate::text::counted;

pub(super) fn none(source: &dyn std::error::Error) -> Words {
    let what = format!("there is no connection to migrate on: {source}; nothing was changed");
    Words::new(Fault::Environment, what)
        .help("see whether the database can be opened, and whether the pool has one left")
}

pub(super) fn read_only() -> Words {
    let what = "the connection is read-only, and migrations are pending; nothing was changed";
    Words::new(Fault::Caller, what).help("migrate on a connection that can write, before this one is opened")
}

pub(super) fn in_transaction() -> Words {
    Words::new(Fault::Caller, "the connection is inside a transaction; nothing was changed")
        .help("commit it or roll it back first, or migrate on a connection of its own")
}

pub(super) fn old_sqlite(needed: &str, found: &str) -> Words {
    let what = format!(
        "the migrations need SQLite {needed} or later, and this program runs on {found}; nothing was changed"
    );
    Words::new(Fault::Environment, what)
        .help("install a newer SQLite, or build the program with the feature `bundled`")
}

pub(super) fn attached(databases: &[String]) -> Words {
    let what = format!(
        "the connection has other databases attached: {}; a name in a migration could mean one of theirs; nothing was \
         changed",
        list(databases)
    );
    Words::new(Fault::Caller, what).help("detach them first, or migrate on a connection of its own")
}

pub(super) fn shadowed(objects: &[String]) -> Words {
    let what = format!(
        "the connection has temporary objects with names that the migrations use, and SQLite would take those first: {}; \
         nothing was changed",
        objects.join(", ")
    );
    Words::new(Fault::Caller, what)
        .help("drop them first, or migrate before they are made, or on a connection of its own")
}

pub(super) fn settings(source: &rusqlite::Error) -> Words {
    let what = format!(
        "the migrations are applied, but the connection's settings could not be put back: {}",
        sqlite::message(source)
    );
    Words::new(Fault::Environment, what).help("open a new connection; the database is up to date")
}

pub(super) fn locked(waited: Duration, attempts: u32, tries: u32, pending: Option<usize>) -> Words {
    let what = format!(
        "the database is locked by another connection: gave up after {:.1} s ({}, {}); {}; nothing was changed",
        waited.as_secs_f64(),
        counted(attempts as usize, "attempt", "attempts"),
        counted(tries as usize, "try", "tries"),
        match pending {
            Some(pending) => counted(pending, "migration is pending", "migrations are pending"),
            None => "it could not be read, so nobody knows whether migrations are pending".to_owned(),
        }
    );
    Words::new(Fault::Environment, what).help(
        "find out who has the file open: another process that migrates, an open transaction, a backup or a shell; then start \
         again, or raise `lock_timeout`",
    )
}

pub(super) fn sqlite(action: &str, source: &rusqlite::Error) -> Words {
    let what = format!("could not {action}: {}; nothing was changed", sqlite::message(source));
    let words = Words::new(sqlite::fault(source), what);
    Words { help: sqlite::help(source).map(str::to_owned), ..words }
}

pub(super) fn query(source: &rusqlite::Error) -> Words {
    let fault = match sqlite::fault(source) {
        // Whoever writes a statement knows the schema, and what the columns take.
        Fault::Database => Fault::Caller,
        other => other,
    };
    Words::new(fault, format!("a statement of the application failed: {}", sqlite::message(source)))
}
