//! `cargo onward apply` and `cargo onward adopt`

use std::path::Path;
use std::process::ExitCode;

use onward::rusqlite::OpenFlags;

use crate::program::Program;
use crate::take_over::{How, TakeOver};
use crate::until::Until;
use crate::{database, program};

pub(crate) fn run(db: &Path, dir: &Path, until: &Until) -> anyhow::Result<ExitCode> {
    let migrations = match program::of_folder(dir) {
        Ok(migrations) => migrations,
        Err(code) => return Ok(code),
    };
    // One that is not there is made.
    if let Ok(metadata) = std::fs::metadata(db) {
        database::is_file(db, &metadata)?;
    }
    let migrator = until.of(&migrations, migrations.migrator())?;
    Ok(database::tell(migrator.open(db).map(|(_, report)| report)))
}

pub(crate) fn adopt(
    db: &Path,
    dir: &Path,
    until: &Until,
    how: How,
    take_over: &TakeOver,
) -> anyhow::Result<ExitCode> {
    let program = match Program::of_folder(dir, &take_over.tools()) {
        Ok(program) => program,
        Err(code) => return Ok(code),
    };
    let mut conn = database::open(db, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    let (migrations, how) = take_over.of(&program, Some(how), &conn)?;
    let migrator = until.of(&migrations, take_over.migrator(&migrations, how))?;
    Ok(database::tell(migrator.apply(&mut conn)))
}
