//! Whether a database's schema is what its ledger says.

use onward_schema::{Difference, Fingerprint, Schema, objects};
use rusqlite::Connection;

use crate::apply;
use crate::error::{Error, Result};
use crate::ledger;
use crate::migrations::{Migration, Migrations};
use crate::plan;
use crate::settings::Settings;

/// Where the schema is not what the migrations of the ledger make. Nothing for an empty database, which has run none.
pub(crate) fn verify(migrations: &Migrations, conn: &Connection) -> Result<Vec<Difference>> {
    let reading = Error::sqlite("read the schema");
    // The ledger and the schema of one moment, unless the caller has a transaction of its own.
    let transaction = match conn.is_autocommit() {
        true => Some(conn.unchecked_transaction().map_err(&reading)?),
        false => None,
    };
    let rows = match ledger::exists(conn).map_err(&reading)? {
        true => ledger::rows(conn).map_err(&reading)?,
        false => {
            let tables = ledger::strangers(conn).map_err(&reading)?;
            return if tables.is_empty() {
                Ok(Vec::new())
            } else {
                Err(Error::NoLedger { path: None, tables })
            };
        }
    };
    let list = migrations.list;
    let pending = plan::pending(list, &rows).map_err(|conflicts| plan::refusal(list, conflicts))?;
    let differences = differences(migrations, list.len() - pending.len(), conn)?;
    drop(transaction);
    Ok(differences)
}

/// What the first so many migrations make must be what the replay proved. What others put beside it is theirs.
///
/// Short of the last migration there is nothing embedded to compare with, and the history is replayed here; if that
/// needs a function of the application, nothing can be said, and nothing is.
pub(crate) fn proven(migrations: &Migrations, count: usize, conn: &Connection) -> Result<()> {
    let is_whole = count == migrations.list.len();
    match differences(migrations, count, conn) {
        Ok(differences) if differences.is_empty() => Ok(()),
        Ok(differences) => Err(Error::Drift { path: None, differences }),
        Err(Error::Sqlite { path, action, source }) => Err(Error::Sqlite { path, action, source }),
        Err(_) if is_whole => Err(Error::Drift { path: None, differences: Vec::new() }),
        Err(_) => Ok(()),
    }
}

/// Where the schema is not what the first so many migrations make.
///
/// # Errors
/// If the schema is not the proven one and the history cannot be replayed here to say where, for lack of the
/// application's functions; or if the database cannot be read.
fn differences(migrations: &Migrations, count: usize, conn: &Connection) -> Result<Vec<Difference>> {
    let reading = Error::sqlite("read the schema");
    if count == migrations.list.len() {
        let found = Fingerprint::read(conn, Some(migrations.objects)).map_err(&reading)?;
        if *found.as_bytes() == migrations.fingerprint {
            return Ok(Vec::new());
        }
    }
    let replayed = replay(&migrations.list[..count])?;
    let ours = objects(&replayed).map_err(&reading)?;
    let (expected, found) =
        (Schema::read(&replayed).map_err(&reading)?, Schema::read(conn).map_err(&reading)?);
    let mut differences = expected.compare(&found);
    differences.retain(|difference| ours.binary_search(&difference.name.to_ascii_lowercase()).is_ok());
    Ok(differences)
}

/// An empty database in memory after these migrations.
pub(crate) fn replay(list: &[Migration]) -> Result<Connection> {
    let replaying = Error::sqlite("replay the history in memory");
    let conn = Connection::open_in_memory().map_err(&replaying)?;
    let settings = Settings::prepare(&conn).map_err(&replaying)?;
    list.iter().try_for_each(|migration| apply::one(migration, &conn, &settings))?;
    drop(settings);
    Ok(conn)
}
