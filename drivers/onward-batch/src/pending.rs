//! What is pending, for an engine that runs none of the program's code.

use onward::rusqlite::Connection;
use onward::{Migration, Migrations, State};

use crate::error::{ErrorKind, Result};

/// The migrations that this database has not run.
///
/// # Errors
/// What [`Migrations::status`] says, and that one has a hook: before anything would call it.
pub(crate) fn pending<'m>(migrations: &'m Migrations, conn: &Connection) -> Result<Vec<Migration<'m>>> {
    let status = migrations.status(conn)?;
    let is_pending = |migration: &Migration<'_>| {
        let entry = status.entries.iter().find(|entry| entry.version == migration.version());
        entry.is_some_and(|entry| entry.state == State::Pending)
    };
    let pending: Vec<Migration<'m>> = migrations.list().iter().filter(is_pending).collect();
    match pending.iter().find(|migration| migration.hook().is_some()) {
        Some(hooked) => Err(ErrorKind::Hook { file: hooked.file().to_owned() }.into()),
        None => Ok(pending),
    }
}
