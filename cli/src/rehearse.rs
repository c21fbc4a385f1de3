//! `cargo onward rehearse`

use std::path::Path;
use std::process::ExitCode;

use onward::Rehearsal;
use onward::rusqlite::OpenFlags;

use crate::exit::WRONG;
use crate::program::Program;
use crate::take_over::{How, TakeOver};
use crate::until::Until;
use crate::{database, output};

pub(crate) fn run(
    db: &Path,
    dir: &Path,
    until: &Until,
    adopt: Option<How>,
    take_over: &TakeOver,
) -> anyhow::Result<ExitCode> {
    let program = match Program::to_rehearse(dir, &take_over.tools()) {
        Ok(program) => program,
        Err(code) => return Ok(code),
    };
    let conn = database::open(db, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let (migrations, how) = take_over.of(&program, adopt, &conn)?;
    let migrator = until.of(&migrations, take_over.migrator(&migrations, how))?;
    Ok(match migrator.rehearse(&conn) {
        Ok(rehearsal) => tell(&rehearsal),
        Err(error) => database::tell(Err::<&str, _>(error)),
    })
}

/// Prints it; wrong is what the run itself would be refused for.
pub(crate) fn tell(rehearsal: &Rehearsal) -> ExitCode {
    output::line(rehearsal);
    if rehearsal.violations.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(WRONG) }
}
