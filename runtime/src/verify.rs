//! Whether a database's schema is what its ledger says.

use onward_schema::{Difference, Fingerprint, Schema, objects, token};
use rusqlite::Connection;

use crate::error::{Error, Result};
use crate::ledger;
use crate::message::is_missing_function;
use crate::migrations::{Migration, Migrations};
use crate::plan;
use crate::run;
use crate::settings::Settings;

/// Where the schema is not what the migrations of the ledger make. Nothing for an empty database, which has run none.
pub(crate) fn verify(migrations: &Migrations, conn: &Connection) -> Result<Vec<Difference>> {
    let reading = Error::sqlite("read the schema");
    // The ledger and the schema of one moment, unless the caller has a transaction of its own.
    let transaction = match conn.is_autocommit() {
        true => Some(conn.unchecked_transaction().map_err(&reading)?),
        false => None,
    };
    let rows = match ledger::read(conn)? {
        Some(rows) => rows,
        None => {
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
    let differences = match pending {
        [] if is_as_built(migrations, conn)? => Vec::new(),
        _ => differences(migrations, list.len() - pending.len(), conn)?,
    };
    drop(transaction);
    Ok(differences)
}

/// What the first so many migrations make must be what the replay proved. What others put beside it is theirs.
///
/// Short of the last migration there is nothing embedded to compare with, and the history is replayed here; if its schema
/// needs a function of the application, nothing can be said, and nothing is.
pub(crate) fn proven(migrations: &Migrations, count: usize, conn: &Connection) -> Result<()> {
    let refused = |differences| Err(Error::Drift { path: None, differences });
    if count == migrations.list.len() {
        return match is_as_built(migrations, conn)? {
            true => Ok(()),
            // However little can be said about it.
            false => refused(differences(migrations, count, conn).unwrap_or_default()),
        };
    }
    match differences(migrations, count, conn) {
        Ok(differences) if !differences.is_empty() => refused(differences),
        Err(Error::Sqlite { path, action, source }) => Err(Error::Sqlite { path, action, source }),
        _ => Ok(()),
    }
}

/// Whether the schema is that of the whole history, as it was proven at compile time.
fn is_as_built(migrations: &Migrations, conn: &Connection) -> Result<bool> {
    let found =
        Fingerprint::read(conn, Some(migrations.objects)).map_err(Error::sqlite("read the schema"))?;
    Ok(*found.as_bytes() == migrations.fingerprint)
}

/// Where the schema is not what the first so many migrations make.
///
/// # Errors
/// If their schema cannot be made here, since it needs a function of the application; or if the database cannot be read.
fn differences(migrations: &Migrations, count: usize, conn: &Connection) -> Result<Vec<Difference>> {
    let reading = Error::sqlite("read the schema");
    let replayed = replay_schema(&migrations.list[..count])?;
    let ours = objects(&replayed).map_err(&reading)?;
    let (expected, found) =
        (Schema::read(&replayed).map_err(&reading)?, Schema::read(conn).map_err(&reading)?);
    Ok(expected.compare_named(&found, &ours))
}

/// After migrations were taken back, the schema must be that of the first so many, and nothing of the others be left.
pub(crate) fn reverted(list: &[Migration], count: usize, conn: &Connection) -> Result<()> {
    let reading = Error::sqlite("read the schema");
    let replayed = replay_schema(&list[..count])?;
    let (expected, found) =
        (Schema::read(&replayed).map_err(&reading)?, Schema::read(conn).map_err(&reading)?);
    let differences = expected.compare_named(&found, &names(list)?);
    if differences.is_empty() { Ok(()) } else { Err(Error::Drift { path: None, differences }) }
}

/// The names of everything that is there after any of the migrations, in lower case and sorted: what was dropped since
/// must not be there either.
pub(crate) fn names(list: &[Migration]) -> Result<Vec<String>> {
    let mut names = Vec::new();
    replay_schemas(list, |_, replayed| {
        names.extend(objects(replayed).map_err(Error::sqlite("read the schema"))?);
        names.sort_unstable();
        names.dedup();
        Ok(())
    })?;
    Ok(names)
}

/// An empty database in memory after these migrations.
///
/// # Errors
/// The first that fails, as it would on any empty database that has not the application's functions.
pub(crate) fn replay(list: &[Migration]) -> Result<Connection> {
    replay_forgiving(list, |_, _| false, |_, _| Ok(()))
}

/// As [`replay`], and what only writes rows may call functions that are not there: the schema is the same without.
fn replay_schema(list: &[Migration]) -> Result<Connection> {
    replay_schemas(list, |_, _| Ok(()))
}

/// As [`replay_schema`], and shows the database after each migration.
pub(crate) fn replay_schemas(
    list: &[Migration],
    after: impl FnMut(usize, &Connection) -> Result<()>,
) -> Result<Connection> {
    let forgiven = |sql: &str, error: &rusqlite::Error| {
        let writes_rows = token::significant(sql).next().is_some_and(|first| {
            ["INSERT", "REPLACE", "UPDATE", "DELETE", "SELECT", "WITH"].iter().any(|word| first.is(word))
        });
        writes_rows && is_missing_function(error)
    };
    replay_forgiving(list, forgiven, after)
}

fn replay_forgiving(
    list: &[Migration],
    forgiven: impl Fn(&str, &rusqlite::Error) -> bool,
    mut after: impl FnMut(usize, &Connection) -> Result<()>,
) -> Result<Connection> {
    let replaying = Error::sqlite("replay the history in memory");
    let conn = Connection::open_in_memory().map_err(&replaying)?;
    let settings = Settings::prepare(&conn).map_err(&replaying)?;
    for (index, migration) in list.iter().enumerate() {
        run::one(migration, &conn, &settings, &forgiven, || Ok(()))?;
        after(index, &conn)?;
    }
    drop(settings);
    Ok(conn)
}
