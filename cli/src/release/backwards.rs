//! `cargo onward check --against-release`: the program of today on the schema of the last release, for one that starts while
//! somebody else's migrations have not run.

use std::path::PathBuf;
use std::process::ExitCode;

use onward_analysis::folder::recorded::FILE_NAME;
use onward_analysis::{Proof, released};

use super::build::Builds;
use crate::exit::WRONG;
use crate::folder::{self, plural};
use crate::output;

pub(crate) fn run(folders: &[PathBuf]) -> anyhow::Result<ExitCode> {
    let Some(collected) = Builds::default().collect(folders)? else { return Ok(ExitCode::from(WRONG)) };
    folder::each(folders, |dir| {
        let statements = collected.of(dir)?;
        let analysis = onward_analysis::analyze(dir, Proof::Whole);
        let Some((release, refused)) = released::backwards(&analysis, &statements) else {
            output::error(format!(
                "{} records no release to go by; run `cargo onward release` when you make one",
                output::path(&dir.join(FILE_NAME))
            ));
            return Ok(WRONG);
        };
        for (index, why) in &refused {
            let statement = &statements[*index];
            output::line(format!("{}: {why}\n  {}", statement.at, statement.sql));
        }
        let count = plural(statements.len(), "statement");
        let schema = schema(&release.name, release.after);
        if refused.is_empty() {
            output::line(format!("{count}: each works on {schema}"));
            return Ok(0);
        }
        output::error(format!("{} of {count} cannot run on {schema}", refused.len()));
        Ok(WRONG)
    })
}

fn schema(name: &str, after: i64) -> String {
    match name {
        "" => format!("the schema after migration {after}"),
        name => format!("the schema of release `{name}`, after migration {after}"),
    }
}
