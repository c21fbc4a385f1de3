//! Opens a database file and brings it up to date, on a fresh connection for every attempt.

use std::path::{Path, PathBuf};

use rusqlite::Connection;

use crate::apply;
use crate::error::{Error, Result};
use crate::migrator::Migrator;
use crate::partial::is_special;
use crate::recreate;
use crate::report::Report;
use crate::run::Goal;
use crate::settings::Impatience;
use crate::trace;
use crate::wait::Wait;

pub(crate) fn open(migrator: &Migrator<'_>, path: &Path) -> Result<(Connection, Report)> {
    let unfinished = migrator.watch.begin();
    let mut wait = Wait::new(migrator);
    let fit = match path.as_os_str().is_empty() {
        true => Err(Error::EmptyPath { path: path.to_owned() }),
        // Before SQLite makes a file.
        false => migrator.migrations.fit(rusqlite::version_number()),
    };
    let outcome =
        fit.map_err(|error| error.at(file(path).as_deref())).and_then(|()| match migrator.recreate {
            true => recreate::open(migrator, path, &mut wait),
            false => patient(migrator, path, &mut wait),
        });
    trace::end(outcome.as_ref().map(|(_, report)| report));
    let (conn, report) = outcome?;
    unfinished.end(&report);
    Ok((conn, report))
}

/// Attempts until one succeeds, or fails for good.
pub(crate) fn patient(
    migrator: &Migrator<'_>,
    path: &Path,
    wait: &mut Wait<'_>,
) -> Result<(Connection, Report)> {
    loop {
        match attempt(migrator, path, wait) {
            Err(error) if wait.again(&error) => {}
            outcome => return outcome,
        }
    }
}

fn attempt(migrator: &Migrator<'_>, path: &Path, wait: &mut Wait<'_>) -> Result<(Connection, Report)> {
    let conn = Connection::open(path)
        .map_err(|source| Error::open(file(path).as_deref().unwrap_or(path), source))?;
    if is_nowhere(path, &conn) {
        return Err(Error::EmptyPath { path: path.to_owned() });
    }
    let goal = Goal::Up(migrator.goal()?);
    let begin: apply::Begin = |conn| Impatience::of_new(conn);
    // SQLite names the file itself, unless its name is not UTF-8.
    let attempted = match conn.path() {
        Some(_) => apply::attempt(migrator, goal, &conn, begin, wait),
        None => apply::attempt(&Migrator { file: real(path), ..migrator.clone() }, goal, &conn, begin, wait),
    };
    let report = attempted.map_err(|error| error.at(file(path).as_deref()))?;
    Ok((conn, report))
}

/// The file that a path leads to, whichever of its names that is.
fn real(path: &Path) -> Option<PathBuf> {
    file(path).map(|file| std::fs::canonicalize(&file).unwrap_or(file))
}

/// Whether a URI names neither a file nor memory, so that SQLite makes a temporary file that goes with the connection
/// (<https://www.sqlite.org/inmemorydb.html#temporary_databases>).
fn is_nowhere(path: &Path, conn: &Connection) -> bool {
    let name = path.to_string_lossy();
    name.starts_with("file:")
        && conn.path() == Some("")
        && !["memory", "memdb"].iter().any(|memory| name.contains(memory))
}

/// The file as an operator finds it, wherever the process was started; `None` for a database in memory or a URI.
pub(crate) fn file(path: &Path) -> Option<PathBuf> {
    match is_special(path) {
        true => None,
        false => Some(std::path::absolute(path).unwrap_or_else(|_| path.to_owned())),
    }
}
