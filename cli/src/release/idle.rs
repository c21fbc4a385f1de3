//! `cargo onward check --unused-indexes`: the indexes that no statement of the program uses.

use std::path::PathBuf;
use std::process::ExitCode;

use onward_analysis::Proof;

use super::build::Builds;
use crate::exit::WRONG;
use crate::folder::{self, plural};
use crate::output;

pub(crate) fn run(folders: &[PathBuf]) -> anyhow::Result<ExitCode> {
    let Some(collected) = Builds::default().collect(folders)? else { return Ok(ExitCode::from(WRONG)) };
    folder::each(folders, |dir| {
        let analysis = onward_analysis::analyze(dir, Proof::Whole);
        if analysis.has_errors() {
            folder::print(&analysis, dir, false);
            output::error("of a history with errors nobody knows which indexes it has");
            return Ok(folder::failure(&analysis));
        }
        let statements = collected.of(dir)?;
        let unused = analysis.unused_indexes(statements.iter().map(|statement| statement.sql.as_str()));
        let files = &analysis.history.files;
        for (name, place) in &unused {
            let path = format!("{}{}", folder::prefix(dir), files.get(place.file).path);
            output::line(format!("{path}:{}: no statement uses `{name}`", files.position(place).line));
        }
        let count = plural(statements.len(), "statement");
        match unused.len() {
            0 => output::line(format!(
                "{count}: every index is used, refuses rows, or belongs to a foreign key"
            )),
            _ => {
                output::line(format!("{count} use none of these; each costs time at every write"));
                output::note(
                    "SQL that is given to rusqlite itself is not known here; what nobody uses goes in a new migration: DROP INDEX",
                );
            }
        }
        Ok(0)
    })
}
