//! Runs statements of a migration, each to its end.

use onward_core::packed::Statement;
use onward_core::token::significant;
use onward_schema::driver::refused;
use onward_schema::run::{drop_temporary, temporary, to_end};
use rusqlite::Connection;

use crate::error::{Error, ErrorKind, Result};
use crate::history::Migration;
use crate::settings::Settings;

/// Runs the statements of one migration, with foreign keys on if it says so, and then its hook.
pub(crate) fn all(
    migration: Migration<'_>,
    conn: &Connection,
    settings: &Settings<'_>,
    code: &dyn Fn() -> Result<()>,
) -> Result<()> {
    each(migration, conn, settings, code, &|statement, sql| one(migration, statement, sql, conn, settings))
}

/// Runs what makes the schema, where there are no rows: what reads and writes them is only prepared, since rows decide what comes of
/// it.
pub(crate) fn without_rows(
    migration: Migration<'_>,
    conn: &Connection,
    settings: &Settings<'_>,
    code: &dyn Fn() -> Result<()>,
) -> Result<()> {
    each(migration, conn, settings, code, &|statement, sql| {
        if !is_about_rows(sql) {
            return one(migration, statement, sql, conn, settings);
        }
        let prepared = settings.strings(statement.strings).and_then(|()| conn.prepare(sql).map(drop));
        prepared.map_err(|source| failed(migration, statement.start, sql, source))
    })
}

fn is_about_rows(sql: &str) -> bool {
    let words = ["INSERT", "UPDATE", "DELETE", "REPLACE", "WITH", "SELECT", "VALUES"];
    significant(sql).next().is_some_and(|first| words.iter().any(|word| first.is(word)))
}

fn each(
    migration: Migration<'_>,
    conn: &Connection,
    settings: &Settings<'_>,
    code: &dyn Fn() -> Result<()>,
    run: &dyn Fn(Statement, &str) -> Result<()>,
) -> Result<()> {
    let undoing = Error::sqlite("take back what the migration left on the connection");
    let undone = migration.code().is_some() || migration.statements().any(|(_, statement)| statement.undone);
    let before = if undone { temporary(conn).map_err(&undoing)? } else { Vec::new() };
    if migration.foreign_keys() {
        settings.foreign_keys(true).map_err(Error::sqlite("turn foreign keys on"))?;
    }
    let outcome = migration.statements().try_for_each(|(sql, statement)| run(statement, sql));
    if migration.foreign_keys() {
        settings.foreign_keys(false).map_err(Error::sqlite("turn foreign keys off"))?;
    }
    outcome?;
    if undone {
        settings.again().map_err(&undoing)?;
        code()?;
        settings.again().map_err(&undoing)?;
        drop_temporary(conn, &before).map_err(&undoing)?;
    }
    Ok(())
}

/// Runs one statement of a migration.
pub(crate) fn one(
    migration: Migration<'_>,
    statement: Statement,
    sql: &str,
    conn: &Connection,
    settings: &Settings<'_>,
) -> Result<()> {
    let outcome = settings.strings(statement.strings).and_then(|()| to_end(conn, sql));
    outcome.map_err(|source| failed(migration, statement.start, sql, source))
}

/// The failure of a statement that begins at this byte of its file.
fn failed(migration: Migration<'_>, start: usize, sql: &str, source: rusqlite::Error) -> Error {
    let within = refused(&source).map_or(0, |(_, offset)| offset);
    let (line, column) = migration.position(start + within);
    let (file, sql) = (migration.file().to_owned(), sql.to_owned());
    let kind = ErrorKind::Statement { file, line, column, sql, source, query: None };
    kind.into()
}
