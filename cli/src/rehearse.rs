//! `cargo onward rehearse`

use std::path::Path;
use std::process::ExitCode;

use onward::rusqlite::OpenFlags;

use crate::exit::WRONG;
use crate::take_over::TakeOver;
use crate::{database, program};

pub(crate) fn run(db: &Path, dir: &Path, adopt: TakeOver) -> anyhow::Result<ExitCode> {
    let migrations = match program::of_folder(dir) {
        Ok(migrations) => migrations,
        Err(code) => return Ok(code),
    };
    let conn = database::open(db, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let migrator =
        adopt.of(&migrations)?.into_iter().fold(migrations.migrator(), |migrator, how| migrator.adopt(how));
    let rehearsal = migrator.rehearse(&conn);
    // The run itself would be refused.
    let refused = rehearsal.as_ref().is_ok_and(|rehearsal| !rehearsal.violations.is_empty());
    let code = database::tell(rehearsal);
    Ok(if refused { ExitCode::from(WRONG) } else { code })
}
