//! Whether a database's schema is what its ledger says.

use std::sync::OnceLock;

use onward_schema::{Difference, Texts};
use rusqlite::Connection;

use super::context::Context;
use super::replay::{names, ours, replay, schema};
use crate::error::{Error, ErrorKind, Result};
use crate::history::Migrations;
use crate::ledger;

/// Where the schema is not what the migrations of the ledger make. Nothing for an empty database, which has run none.
pub(crate) fn verify(migrations: &Migrations, conn: &Connection) -> Result<Vec<Difference>> {
    let reading = Error::sqlite("read the schema");
    // The ledger and the schema of one moment.
    let moment = ledger::Reading::begin(conn).map_err(&reading)?;
    let rows = match ledger::read(conn, migrations.ledger())? {
        Some(rows) => rows,
        None => {
            ledger::refuse_renamed(conn, migrations)?;
            let tables = ledger::strangers(conn, migrations).map_err(&reading)?;
            return if tables.is_empty() {
                Ok(Vec::new())
            } else {
                Err(Error::from(ErrorKind::NoLedger { tables }).of(migrations.ledger()))
            };
        }
    };
    let list = migrations.list();
    let pending = ledger::pending(list, &rows, migrations.ledger())?;
    let differences = match pending.is_empty() && is_as_built(migrations, None, conn)? {
        true => Vec::new(),
        false => {
            let count = list.len() - pending.len();
            // A history that does not run to its end here has been told of by others.
            let later = later(migrations, count).unwrap_or_default();
            differences(migrations, count, &later, conn)?
        }
    };
    drop(moment);
    Ok(differences)
}

/// What the first so many migrations make must be what the replay proved. What others put beside it is theirs.
///
/// Short of the last migration there is nothing embedded to compare with, and the history is replayed here; if it does not
/// run in memory, nothing can be said, and nothing is.
pub(crate) fn proven(context: Context<'_>, count: usize, conn: &Connection) -> Result<()> {
    let migrations = context.migrations;
    let refused = |differences| Err(ErrorKind::Drift { differences }.into());
    if count == migrations.list().len() {
        return match is_as_built(migrations, context.options.proven.as_deref(), conn)? {
            true => Ok(()),
            // However little can be said about it.
            false => refused(differences(migrations, count, &[], conn).unwrap_or_default()),
        };
    }
    match differences(migrations, count, &[], conn) {
        Ok(differences) if !differences.is_empty() => refused(differences),
        Err(error) if matches!(error.kind(), ErrorKind::Sqlite { .. }) => Err(error),
        _ => Ok(()),
    }
}

/// Whether the schema is that of the whole history, as it was proven at compile time; `proven` is one that was.
fn is_as_built(migrations: &Migrations, proven: Option<&OnceLock<Texts>>, conn: &Connection) -> Result<bool> {
    let packed = migrations.packed();
    let found = Texts::read(conn, Some(&packed.names().objects)).map_err(Error::sqlite("read the schema"))?;
    if proven.and_then(OnceLock::get) == Some(&found) {
        return Ok(true);
    }
    let is_as_built = *found.fingerprint().as_bytes() == packed.fingerprint();
    if let Some(proven) = proven.filter(|_| is_as_built) {
        let _ = proven.set(found);
    }
    Ok(is_as_built)
}

/// Where the schema is not what the first so many migrations make, or has something of these names.
///
/// # Errors
/// If their schema cannot be made here, or the database cannot be read.
fn differences(
    migrations: &Migrations,
    count: usize,
    names: &[String],
    conn: &Connection,
) -> Result<Vec<Difference>> {
    let reading = Error::sqlite("read the schema");
    let replayed = replay(migrations, count, &mut |_, _| Ok(()))?;
    let mut ours = ours(migrations, &replayed).map_err(&reading)?;
    ours.extend_from_slice(names);
    ours.sort_unstable();
    Ok(schema(&replayed)?.compare_named(&schema(conn)?, &ours))
}

/// After migrations were taken back, the schema must be that of the first so many, and nothing be left of the others, up to
/// the one that the database came from.
pub(crate) fn reverted(migrations: &Migrations, from: usize, count: usize, conn: &Connection) -> Result<()> {
    let replayed = replay(migrations, count, &mut |_, _| Ok(()))?;
    let differences = schema(&replayed)?.compare_named(&schema(conn)?, &names(migrations, from)?);
    if differences.is_empty() { Ok(()) } else { Err(ErrorKind::Drift { differences }.into()) }
}

/// The names of what only the migrations behind the first so many make: if it is there, they may have run all the same.
fn later(migrations: &Migrations, count: usize) -> Result<Vec<String>> {
    let earlier = names(migrations, count)?;
    let mut all = names(migrations, migrations.list().len())?;
    all.retain(|name| earlier.binary_search(name).is_err());
    Ok(all)
}
