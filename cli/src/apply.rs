//! `cargo onward apply` and `cargo onward adopt`

use std::path::Path;
use std::process::ExitCode;

use onward::rusqlite::OpenFlags;

use crate::take_over::TakeOver;
use crate::{database, program};

pub(crate) fn run(db: &Path, dir: &Path, adopt: Option<TakeOver>) -> anyhow::Result<ExitCode> {
    let migrations = match program::of_folder(dir) {
        Ok(migrations) => migrations,
        Err(code) => return Ok(code),
    };
    let Some(how) = adopt else {
        // One that is not there is made.
        if let Ok(metadata) = std::fs::metadata(db) {
            database::is_file(db, &metadata)?;
        }
        return Ok(database::tell(migrations.migrator().open(db).map(|(_, report)| report)));
    };
    let how = how.of(&migrations)?;
    let migrator = how.into_iter().fold(migrations.migrator(), |migrator, how| migrator.adopt(how));
    let mut conn = database::open(db, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    Ok(database::tell(migrator.apply(&mut conn)))
}
