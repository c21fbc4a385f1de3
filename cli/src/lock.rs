//! `cargo onward lock`

use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;
use onward_analysis::{Proof, lock};

use crate::WRONG;
use crate::folder::{self, plural};

pub(crate) fn run(dir: &Path, check: bool) -> anyhow::Result<ExitCode> {
    let analysis = onward_analysis::analyze(dir, Proof::Whole);
    if analysis.has_errors() {
        folder::print(&analysis, dir, false);
        anstream::eprintln!(
            "{}: a history with errors is not locked; nothing was written",
            folder::title("error")
        );
        return Ok(folder::failure(&analysis));
    }
    let path = dir.join(lock::FILE_NAME);
    let history = &analysis.history;
    let text = lock::text(history);
    let before = history.lock.map(|file| history.files.get(file).text.as_str()).unwrap_or_default();
    let count = plural(history.migrations.len(), "migration");
    if before == text {
        println!("{count}, all locked in {}", path.display());
        return Ok(ExitCode::SUCCESS);
    }
    if check {
        anstream::eprintln!(
            "{}: {} does not hold all of {count}; run `cargo onward lock` and commit the file",
            folder::title("error"),
            path.display()
        );
        return Ok(ExitCode::from(WRONG));
    }
    write(&path, &text).with_context(|| format!("cannot write {}", path.display()))?;
    println!("locked {count} in {}; commit the file", path.display());
    Ok(ExitCode::SUCCESS)
}

/// Writes beside the file and renames, so that the lock is never half a lock.
fn write(path: &Path, text: &str) -> std::io::Result<()> {
    let temporary = path.with_extension(format!("lock.{}", std::process::id()));
    std::fs::write(&temporary, text)
        .and_then(|()| std::fs::rename(&temporary, path))
        .inspect_err(|_| drop(std::fs::remove_file(&temporary)))
}
