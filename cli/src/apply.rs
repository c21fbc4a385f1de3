//! `cargo onward apply` and `cargo onward adopt`

use std::path::Path;
use std::process::ExitCode;

use onward::rusqlite::OpenFlags;

use crate::program::Program;
use crate::take_over::{How, TakeOver};
use crate::{database, program};

pub(crate) fn run(db: &Path, dir: &Path) -> anyhow::Result<ExitCode> {
    let migrations = match program::of_folder(dir) {
        Ok(migrations) => migrations,
        Err(code) => return Ok(code),
    };
    // One that is not there is made.
    if let Ok(metadata) = std::fs::metadata(db) {
        database::is_file(db, &metadata)?;
    }
    Ok(database::tell(migrations.migrator().open(db).map(|(_, report)| report)))
}

pub(crate) fn adopt(db: &Path, dir: &Path, how: How, take_over: &TakeOver) -> anyhow::Result<ExitCode> {
    let program = match Program::of_folder(dir, &take_over.tools()) {
        Ok(program) => program,
        Err(code) => return Ok(code),
    };
    let mut conn = database::open(db, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    let (migrations, how) = take_over.of(&program, Some(how), &conn)?;
    let migrator = take_over.migrator(&migrations, how);
    Ok(database::tell(migrator.apply(&mut conn)))
}
