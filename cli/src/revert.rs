//! `cargo onward revert`

use std::path::Path;
use std::process::ExitCode;

use onward::rusqlite::OpenFlags;

use crate::{database, program};

pub(crate) fn run(db: &Path, version: &str, dir: &Path) -> anyhow::Result<ExitCode> {
    let migrations = match program::of_folder(dir) {
        Ok(migrations) => migrations,
        Err(code) => return Ok(code),
    };
    let version = program::version(&migrations, version)?;
    let mut conn = database::open(db, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    Ok(database::tell(migrations.migrator().revert(&mut conn, version)))
}
