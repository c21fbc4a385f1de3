//! `cargo onward verify`

use std::path::Path;
use std::process::ExitCode;

use onward::Difference;
use onward::rusqlite::OpenFlags;

use crate::exit::WRONG;
use crate::{database, output, program};

pub(crate) fn run(db: &Path, dir: &Path) -> anyhow::Result<ExitCode> {
    let migrations = match program::of_folder(dir) {
        Ok(migrations) => migrations,
        Err(code) => return Ok(code),
    };
    let conn = database::open(db, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    Ok(match migrations.verify(&conn) {
        Ok(differences) => tell(&differences),
        Err(error) => database::tell(Err::<&str, _>(error)),
    })
}

/// Prints them; wrong is that there are any.
pub(crate) fn tell(differences: &[Difference]) -> ExitCode {
    if differences.is_empty() {
        output::line("the schema is what the ledger says");
        return ExitCode::SUCCESS;
    }
    for difference in differences {
        output::line(format!("  {difference}"));
    }
    output::line("the schema is not what the ledger says");
    ExitCode::from(WRONG)
}
