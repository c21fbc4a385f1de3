//! `cargo onward lock`

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use onward_analysis::Proof;
use onward_analysis::folder::lock;
use onward_analysis::folder::locked;

use crate::exit::WRONG;
use crate::folder::{self, plural};
use crate::{output, write};

pub(crate) fn run(folders: &[PathBuf], check: bool, release: Option<&str>) -> anyhow::Result<ExitCode> {
    folder::each(folders, |dir| one(dir, check, release))
}

fn one(dir: &Path, check: bool, release: Option<&str>) -> anyhow::Result<u8> {
    let mut analysis = onward_analysis::analyze(dir, Proof::Whole);
    if analysis.has_errors() {
        folder::print(&analysis, dir, false);
        output::error("a history with errors is not locked; nothing was written");
        return Ok(folder::failure(&analysis));
    }
    let path = dir.join(lock::FILE_NAME);
    if let Some(name) = release {
        let mut releases = analysis.history.releases.clone();
        if let Err(problem) = releases.add(name, &analysis.history.migrations, &analysis.history.files) {
            output::error(format!("{problem}; nothing was written"));
            return Ok(WRONG);
        }
        analysis.history.releases = releases;
    }
    let history = &analysis.history;
    let text = locked::text(history);
    let before = history.lock_text();
    let count = plural(history.migrations.len(), "migration");
    if before == text {
        output::line(format!("{count}, all locked in {}", output::path(&path)));
        return Ok(0);
    }
    if check {
        output::error(format!(
            "{} does not hold all of {count}; run `cargo onward lock` and commit the file",
            output::path(&path)
        ));
        return Ok(WRONG);
    }
    let _alone = write::alone(dir).with_context(|| format!("cannot write {}", output::path(&path)))?;
    if !write::is_still(&path, before) {
        bail!(
            "somebody else has written {} meanwhile; nothing was written: run this again",
            output::path(&path)
        );
    }
    write::replace(&path, &text).with_context(|| format!("cannot write {}", output::path(&path)))?;
    output::line(format!("locked {count} in {}; commit the file", output::path(&path)));
    Ok(0)
}
