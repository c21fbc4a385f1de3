//! `cargo onward rehearse`

use std::path::Path;
use std::process::ExitCode;

use onward::rusqlite::OpenFlags;

use crate::database;
use crate::exit::WRONG;
use crate::program::Program;
use crate::take_over::{How, TakeOver};
use crate::until::Until;

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
    let rehearsal = migrator.rehearse(&conn);
    // The run itself would be refused.
    let refused = rehearsal.as_ref().is_ok_and(|rehearsal| !rehearsal.violations.is_empty());
    let code = database::tell(rehearsal);
    Ok(if refused { ExitCode::from(WRONG) } else { code })
}
