//! Holds the ledger against the history, migration by migration.

use onward_core::ledger::Row;
use rusqlite::Connection;

use super::beside::strangers;
use super::read::{Reading, read};
use super::renamed;
use crate::error::{Error, Result};
use crate::history::{Migration, Migrations, conflicts};
use crate::report::{Entry, State, Status};

/// What has run on a database, and what is pending.
pub(crate) fn status(migrations: &Migrations, conn: &Connection) -> Result<Status> {
    let failed = Error::sqlite("read the ledger");
    let reading = Reading::begin(conn).map_err(&failed)?;
    let (rows, strangers) = match read(&reading, migrations.ledger())? {
        Some(rows) => (rows, Vec::new()),
        None => {
            renamed::refuse(&reading, migrations)?;
            (Vec::new(), strangers(&reading, migrations).map_err(&failed)?)
        }
    };
    drop(reading);
    let mut entries: Vec<Entry> = migrations.list().iter().map(|migration| entry(migration, &rows)).collect();
    for conflict in conflicts(migrations.list(), &rows) {
        let version = conflict.version();
        entries.retain(|entry| entry.version != version);
        entries.push(Entry {
            version,
            label: conflict.label().to_owned(),
            name: conflict.name().to_owned(),
            state: State::Conflict(conflict),
        });
    }
    entries.sort_by_key(|entry| entry.version);
    Ok(Status { entries, strangers })
}

fn entry(migration: Migration<'_>, rows: &[Row]) -> Entry {
    let row = rows.iter().find(|row| row.version == migration.version());
    Entry {
        version: migration.version(),
        label: migration.label().to_owned(),
        name: migration.name().to_owned(),
        state: match row {
            None => State::Pending,
            Some(row) if row.adopted => State::Adopted(row.applied_at.clone()),
            Some(row) => State::Applied(row.applied_at.clone()),
        },
    }
}
