//! Opens a database file and brings it up to date.

use std::path::Path;

use rusqlite::Connection;

use super::attempts::Opening;
use super::wait::Wait;
use crate::error::{ErrorKind, Result};
use crate::file::file;
use crate::report::{Report, trace};
use crate::run::{Context, fit};

/// How many prepared statements the connection keeps. By itself it keeps 16, and a program with more of them than that would
/// prepare most of them at each call.
const STATEMENTS: usize = 256;

pub(crate) fn open(context: Context<'_>, path: &Path, opening: Opening) -> Result<(Connection, Report)> {
    let unfinished = context.options.watch.begin();
    let mut wait = Wait::new(context.options);
    let fits = match path.as_os_str().is_empty() {
        true => Err(ErrorKind::EmptyPath { path: path.to_owned() }.into()),
        // Before SQLite makes a file.
        false => fit(context.migrations, rusqlite::version_number()),
    };
    let fits = fits.map_err(|error| error.at(file(path).as_deref()));
    let outcome = fits.and_then(|()| opening(context, path, &mut wait));
    trace::end(outcome.as_ref().map(|(_, report)| report));
    let (conn, report) = outcome?;
    conn.set_prepared_statement_cache_capacity(STATEMENTS);
    unfinished.end(&report);
    Ok((conn, report))
}
