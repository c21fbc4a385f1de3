//! Opens a database file and brings it up to date.

use std::path::Path;

use rusqlite::Connection;

use super::attempts::patient;
use super::recreate;
use super::wait::Wait;
use crate::error::{ErrorKind, Result};
use crate::file::file;
use crate::report::{Report, trace};
use crate::run::{Context, fit};

pub(crate) fn open(context: Context<'_>, path: &Path) -> Result<(Connection, Report)> {
    let unfinished = context.options.watch.begin();
    let mut wait = Wait::new(context.options);
    let fits = match path.as_os_str().is_empty() {
        true => Err(ErrorKind::EmptyPath { path: path.to_owned() }.into()),
        // Before SQLite makes a file.
        false => fit(context.migrations, rusqlite::version_number()),
    };
    let outcome =
        fits.map_err(|error| error.at(file(path).as_deref())).and_then(|()| match context.options.recreate {
            true => recreate::open(context, path, &mut wait),
            false => patient(context, path, &mut wait),
        });
    trace::end(outcome.as_ref().map(|(_, report)| report));
    let (conn, report) = outcome?;
    unfinished.end(&report);
    Ok((conn, report))
}
