//! Opens a database file and brings it up to date, on a fresh connection for every attempt.

use std::path::{Path, PathBuf};

use rusqlite::Connection;

use crate::apply;
use crate::error::{Error, Result};
use crate::migrator::Migrator;
use crate::recreate;
use crate::report::Report;
use crate::run::Goal;
use crate::settings::Impatience;
use crate::trace;
use crate::wait::Wait;

pub(crate) fn open(migrator: &Migrator<'_>, path: &Path) -> Result<(Connection, Report)> {
    let unfinished = migrator.watch.begin();
    let mut wait = Wait::new(migrator);
    // Before SQLite makes a file.
    let fit = migrator.migrations.fit(rusqlite::version_number());
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
    // SQLite names the file itself, unless its name is not UTF-8.
    let report =
        apply::attempt(migrator, Goal::Up(migrator.goal()?), &conn, |conn| Impatience::of_new(conn), wait)
            .map_err(|error| error.at(file(path).as_deref()))?;
    Ok((conn, report))
}

/// The file as an operator finds it, wherever the process was started; `None` for a database in memory or a URI.
pub(crate) fn file(path: &Path) -> Option<PathBuf> {
    let name = path.to_string_lossy();
    if name.is_empty() || name == ":memory:" || name.starts_with("file:") {
        return None;
    }
    Some(std::path::absolute(path).unwrap_or_else(|_| path.to_owned()))
}
