//! Whether a database's schema is what its ledger says.

use onward_schema::stub::collation;
use onward_schema::{Difference, Fingerprint, Schema, objects};
use rusqlite::Connection;

use crate::error::{Error, Result};
use crate::ledger;
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
            let tables = ledger::strangers(conn, migrations).map_err(&reading)?;
            return if tables.is_empty() {
                Ok(Vec::new())
            } else {
                Err(Error::NoLedger { path: None, tables })
            };
        }
    };
    let list = migrations.list;
    let pending = plan::pending(list, &rows)?;
    let differences = match pending {
        [] if is_as_built(migrations, conn)? => Vec::new(),
        _ => {
            let count = list.len() - pending.len();
            // A history that does not run to its end here has been told of by others.
            let later = later(migrations, count).unwrap_or_default();
            differences(migrations, count, &later, conn)?
        }
    };
    drop(transaction);
    Ok(differences)
}

/// What the first so many migrations make must be what the replay proved. What others put beside it is theirs.
///
/// Short of the last migration there is nothing embedded to compare with, and the history is replayed here; if it does not
/// run in memory, nothing can be said, and nothing is.
pub(crate) fn proven(migrations: &Migrations, count: usize, conn: &Connection) -> Result<()> {
    let refused = |differences| Err(Error::Drift { path: None, differences });
    if count == migrations.list.len() {
        return match is_as_built(migrations, conn)? {
            true => Ok(()),
            // However little can be said about it.
            false => refused(differences(migrations, count, &[], conn).unwrap_or_default()),
        };
    }
    match differences(migrations, count, &[], conn) {
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
    let replayed = replay(migrations, count, |_, _| Ok(()))?;
    let mut ours = ours(migrations, &replayed).map_err(&reading)?;
    ours.extend_from_slice(names);
    ours.sort_unstable();
    let (expected, found) =
        (Schema::read(&replayed).map_err(&reading)?, Schema::read(conn).map_err(&reading)?);
    Ok(expected.compare_named(&found, &ours))
}

/// After migrations were taken back, the schema must be that of the first so many, and nothing be left of the others, up to
/// the one that the database came from.
pub(crate) fn reverted(migrations: &Migrations, from: usize, count: usize, conn: &Connection) -> Result<()> {
    let reading = Error::sqlite("read the schema");
    let replayed = replay(migrations, count, |_, _| Ok(()))?;
    let (expected, found) =
        (Schema::read(&replayed).map_err(&reading)?, Schema::read(conn).map_err(&reading)?);
    let differences = expected.compare_named(&found, &names(migrations, from)?);
    if differences.is_empty() { Ok(()) } else { Err(Error::Drift { path: None, differences }) }
}

/// The names of what the history makes, without the stubs of what others make.
fn ours(migrations: &Migrations, conn: &Connection) -> rusqlite::Result<Vec<String>> {
    Ok(objects(conn)?.into_iter().filter(|name| !migrations.is_external(name)).collect())
}

/// The names of everything that is there after any of the migrations, in lower case and sorted: what was dropped since
/// must not be there either.
pub(crate) fn names(migrations: &Migrations, count: usize) -> Result<Vec<String>> {
    let mut names = Vec::new();
    replay(migrations, count, |_, replayed| {
        names.extend(ours(migrations, replayed).map_err(Error::sqlite("read the schema"))?);
        names.sort_unstable();
        names.dedup();
        Ok(())
    })?;
    Ok(names)
}

/// The names of what only the migrations behind the first so many make: if it is there, they may have run all the same.
fn later(migrations: &Migrations, count: usize) -> Result<Vec<String>> {
    let earlier = names(migrations, count)?;
    let mut all = names(migrations, migrations.list.len())?;
    all.retain(|name| earlier.binary_search(name).is_err());
    Ok(all)
}

/// An empty database in memory after the first so many migrations, shown after each of them. What the application
/// registers on its connections is stubbed, as it was when the history was proven: for the schema it comes to the same.
///
/// # Errors
/// The first that fails.
pub(crate) fn replay(
    migrations: &Migrations,
    count: usize,
    after: impl FnMut(usize, &Connection) -> Result<()>,
) -> Result<Connection> {
    let conn = Connection::open_in_memory().map_err(replaying())?;
    let Migrations { list, functions, collations, .. } = migrations;
    let functions = functions.iter().try_for_each(|function| function.register(&conn));
    let registered = functions.and_then(|()| collations.iter().try_for_each(|name| collation(&conn, name)));
    let stubs = || migrations.external.iter().try_for_each(|(_, sql)| conn.execute_batch(sql));
    registered.and_then(|()| stubs()).map_err(replaying())?;
    run_all(&list[..count], &conn, after)?;
    Ok(conn)
}

/// Whether these migrations run on an empty database, with no more than SQLite has.
pub(crate) fn runs(list: &[Migration]) -> bool {
    let conn = Connection::open_in_memory().map_err(replaying());
    conn.and_then(|conn| run_all(list, &conn, |_, _| Ok(()))).is_ok()
}

fn replaying() -> impl Fn(rusqlite::Error) -> Error {
    Error::sqlite("replay the history in memory")
}

fn run_all(
    list: &[Migration],
    conn: &Connection,
    mut after: impl FnMut(usize, &Connection) -> Result<()>,
) -> Result<()> {
    let settings = Settings::prepare(conn).map_err(replaying())?;
    // Statements may read it.
    ledger::create(conn).map_err(replaying())?;
    for (index, migration) in list.iter().enumerate() {
        run::one(migration, conn, &settings, || Ok(()))?;
        after(index, conn)?;
    }
    Ok(())
}
