//! `cargo onward status`

use std::path::Path;
use std::process::ExitCode;

use anyhow::{anyhow, bail};
use onward::rusqlite::OpenFlags;
use onward::{Migrations, Status};
use onward_core::printable::printable;

use crate::exit::WRONG;
use crate::{advice, database, output, program};

pub(crate) fn run(db: &Path, dir: &Path) -> anyhow::Result<ExitCode> {
    let migrations = history(dir)?;
    let conn = database::open(db, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    // onward's errors say what SQLite says; a chain would say it twice.
    let status = migrations
        .status(&conn)
        .map_err(|error| anyhow!("{}: {}", output::path(db), advice::words(&error)))?;
    Ok(tell(&status))
}

/// Prints it; wrong is what would be refused.
pub(crate) fn tell(status: &Status) -> ExitCode {
    output::line(status);
    let refused = status.conflicts().next().is_some() || !status.strangers.is_empty();
    if refused { ExitCode::from(WRONG) } else { ExitCode::SUCCESS }
}

/// What a ledger is held against: the files as they are, proven or not.
pub(crate) fn history(dir: &Path) -> anyhow::Result<Migrations> {
    let (history, diagnostics) = onward_analysis::read(dir);
    if let Some(bad) = diagnostics.iter().find(|found| found.rule.about_files) {
        bail!("{}; {}", printable(&bad.message), bad.help);
    }
    Ok(program::of_history(&history, dir))
}
