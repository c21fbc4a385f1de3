//! `cargo onward verify`

use std::path::Path;
use std::process::ExitCode;

use onward::rusqlite::OpenFlags;

use crate::exit::WRONG;
use crate::{database, output, program};

pub(crate) fn run(db: &Path, dir: &Path) -> anyhow::Result<ExitCode> {
    let migrations = match program::of_folder(dir) {
        Ok(migrations) => migrations,
        Err(code) => return Ok(code),
    };
    let conn = database::open(db, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let differences = match migrations.verify(&conn) {
        Ok(differences) if differences.is_empty() => {
            output::line("the schema is what the ledger says");
            return Ok(ExitCode::SUCCESS);
        }
        Ok(differences) => differences,
        Err(error) => return Ok(database::tell(Err::<&str, _>(error))),
    };
    for difference in &differences {
        output::line(format!("  {difference}"));
    }
    output::line("the schema is not what the ledger says");
    Ok(ExitCode::from(WRONG))
}
