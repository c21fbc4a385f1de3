//! Attempts on a file, each on a fresh connection.

use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use super::apply;
#[cfg(feature = "fleet")]
use super::look;
use super::wait::Wait;
use crate::error::{Error, ErrorKind, Result};
use crate::file::{file, real};
use crate::report::Report;
use crate::run::Context;
use crate::settings::Impatience;

/// How a file is opened. What is only called through one of these is not linked into a program that does not ask for it.
pub(crate) type Opening = fn(Context<'_>, &Path, &mut Wait<'_>) -> Result<(Connection, Report)>;

/// Attempts until one succeeds, or fails for good.
pub(crate) fn patient(
    context: Context<'_>,
    path: &Path,
    wait: &mut Wait<'_>,
) -> Result<(Connection, Report)> {
    attempts(context, path, OpenFlags::default(), wait)
}

/// As [`patient`], on a file that is there: none is made.
#[cfg(feature = "fleet")]
pub(crate) fn existing(
    context: Context<'_>,
    path: &Path,
    wait: &mut Wait<'_>,
) -> Result<(Connection, Report)> {
    look::is_there(path)?;
    attempts(context, path, look::EXISTING, wait)
}

fn attempts(
    context: Context<'_>,
    path: &Path,
    flags: OpenFlags,
    wait: &mut Wait<'_>,
) -> Result<(Connection, Report)> {
    loop {
        match attempt(context, path, flags, wait) {
            Err(error) if wait.again(&error) => {}
            outcome => return outcome,
        }
    }
}

fn attempt(
    context: Context<'_>,
    path: &Path,
    flags: OpenFlags,
    wait: &mut Wait<'_>,
) -> Result<(Connection, Report)> {
    let conn = Connection::open_with_flags(path, flags)
        .map_err(|source| Error::open(file(path).as_deref().unwrap_or(path), source))?;
    if is_nowhere(path, &conn) {
        return Err(ErrorKind::EmptyPath { path: path.to_owned() }.into());
    }
    let goal = context.goal()?;
    let begin: apply::Begin = |conn| Impatience::of_new(conn);
    // SQLite names the file itself, unless its name is not UTF-8.
    let named = if conn.path().is_none() { real(path) } else { None };
    let context = Context { file: named.as_deref(), ..context };
    let report =
        apply::attempt(context, goal, &conn, begin, wait).map_err(|error| error.at(file(path).as_deref()))?;
    Ok((conn, report))
}

/// Whether a URI names neither a file nor memory, so that SQLite makes a temporary file that goes with the connection
/// (<https://www.sqlite.org/inmemorydb.html#temporary_databases>).
fn is_nowhere(path: &Path, conn: &Connection) -> bool {
    let name = path.to_string_lossy();
    name.starts_with("file:")
        && conn.path() == Some("")
        && !["memory", "memdb"].iter().any(|memory| name.contains(memory))
}
