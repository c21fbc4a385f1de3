//! The database that is named, and what is said of it.

use std::fmt::Display;
use std::fs::{self, Metadata};
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, ensure};
use onward::rusqlite::{Connection, OpenFlags};
use onward_analysis::folder::regular;

use crate::exit::{UNKNOWN, WRONG};
use crate::{advice, output};

/// A connection to a database that is there: SQLite would make one that is not, or say no more than that it cannot open
/// it.
pub(crate) fn open(db: &Path, access: OpenFlags) -> anyhow::Result<Connection> {
    let cannot = || format!("cannot open the database {}", output::path(db));
    let metadata = fs::metadata(db).with_context(cannot)?;
    is_file(db, &metadata)?;
    Connection::open_with_flags(db, access | OpenFlags::SQLITE_OPEN_NO_MUTEX).with_context(cannot)
}

/// SQLite would wait for whoever writes to a pipe, and take what a device gives for a database.
pub(crate) fn is_file(db: &Path, metadata: &Metadata) -> anyhow::Result<()> {
    let kind = regular::kind(metadata.file_type());
    ensure!(metadata.is_file(), "{} is {kind}, not a database file", output::path(db));
    Ok(())
}

/// Prints what came of it. An error that is about the database or its history is something wrong; any other, and no
/// more is known than before.
pub(crate) fn tell(outcome: onward::Result<impl Display>) -> ExitCode {
    let error = match outcome {
        Ok(report) => {
            output::line(report);
            return ExitCode::SUCCESS;
        }
        Err(error) => error,
    };
    output::error(advice::words(&error));
    ExitCode::from(if error.is_verdict() { WRONG } else { UNKNOWN })
}
