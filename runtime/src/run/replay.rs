//! The history once more, in memory, for a schema to compare with.

use onward_core::ledger::Ledger;
use onward_core::packed::Names;
use onward_schema::stub::{collation, function};
use onward_schema::{Schema, objects};
use rusqlite::Connection;

use super::statement;
use crate::error::{Error, Result};
use crate::history::{List, Migrations};
use crate::ledger;
use crate::settings::Settings;

/// An empty database in memory after the first so many migrations, shown after each of them. What the application
/// registers on its connections is stubbed, as it was when the history was proven: for the schema it comes to the same.
///
/// # Errors
/// The first that fails.
pub(crate) fn replay(
    migrations: &Migrations,
    count: usize,
    after: &mut dyn FnMut(usize, &Connection) -> Result<()>,
) -> Result<Connection> {
    let conn = Connection::open_in_memory().map_err(replaying())?;
    register(&conn, migrations.packed().names()).map_err(replaying())?;
    run_all(migrations.list().part(0..count), migrations.ledger(), &conn, after)?;
    Ok(conn)
}

/// What the application has on its connections, and what others make.
fn register(conn: &Connection, names: Names<'_>) -> rusqlite::Result<()> {
    names.functions.into_iter().try_for_each(|found| function(conn, found))?;
    names.collations.into_iter().try_for_each(|name| collation(conn, name))?;
    names.external.into_iter().try_for_each(|(_, sql)| conn.execute_batch(sql))
}

/// Whether these migrations run on an empty database, with no more than SQLite has.
pub(crate) fn runs(list: List<'_>, ledger: Ledger<'_>) -> bool {
    let conn = Connection::open_in_memory().map_err(replaying());
    conn.and_then(|conn| run_all(list, ledger, &conn, &mut |_, _| Ok(()))).is_ok()
}

fn replaying() -> impl Fn(rusqlite::Error) -> Error {
    Error::sqlite("replay the history in memory")
}

fn run_all(
    list: List<'_>,
    ledger: Ledger<'_>,
    conn: &Connection,
    after: &mut dyn FnMut(usize, &Connection) -> Result<()>,
) -> Result<()> {
    let settings = Settings::prepare(conn).map_err(replaying())?;
    // Statements may read it.
    ledger::create(conn, ledger).map_err(replaying())?;
    for (index, migration) in list.iter().enumerate() {
        statement::all(migration, conn, &settings, &|| Ok(()))?;
        after(index, conn)?;
    }
    Ok(())
}

/// The names of what the history makes, without the stubs of what others make.
pub(crate) fn ours(migrations: &Migrations, conn: &Connection) -> rusqlite::Result<Vec<String>> {
    Ok(objects(conn)?.into_iter().filter(|name| !migrations.is_external(name)).collect())
}

/// The names of everything that is there after any of the migrations, in lower case and sorted: what was dropped since
/// must not be there either.
pub(crate) fn names(migrations: &Migrations, count: usize) -> Result<Vec<String>> {
    let mut names = Vec::new();
    replay(migrations, count, &mut |_, replayed| {
        names.extend(ours(migrations, replayed).map_err(Error::sqlite("read the schema"))?);
        names.sort_unstable();
        names.dedup();
        Ok(())
    })?;
    Ok(names)
}

/// The schema of what the history makes, without the stubs of what others make.
pub(super) fn made(migrations: &Migrations, replayed: &Connection) -> Result<Schema> {
    let mut made = schema(replayed)?;
    made.tables.retain(|_, table| !migrations.is_external(&table.name));
    Ok(made)
}

/// What is there now.
pub(crate) fn schema(conn: &Connection) -> Result<Schema> {
    Schema::read(conn).map_err(Error::sqlite("read the schema"))
}
