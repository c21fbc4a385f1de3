//! The history as a program would embed it. It lives as long as this process, which asks once.

use std::path::Path;
use std::process::ExitCode;

use onward::__private::{self, Migration};
use onward::Migrations;
use onward_analysis::embedded::{File, Statement};
use onward_analysis::{Analysis, History, Proof};

use crate::folder;

/// What `migrations!` would expand to, but for the code beside the SQL; the exit code if it would not build, which is
/// explained then.
pub(crate) fn of_folder(dir: &Path) -> Result<Migrations, ExitCode> {
    let analysis = onward_analysis::analyze(dir, Proof::Whole);
    if let (Analysis { history, replay: Some(replay), .. }, false) = (&analysis, analysis.has_errors()) {
        let objects: Vec<&'static str> = replay.objects.iter().map(|name| leak(name)).collect();
        return Ok(__private::migrations(list(history, dir), objects.leak(), *replay.fingerprint.as_bytes()));
    }
    folder::print(&analysis, dir, false);
    anstream::eprintln!("{}: a history with errors is not run; nothing was done", folder::title("error"));
    Err(folder::failure(&analysis))
}

/// The history alone, which is all that a ledger can be held against.
pub(crate) fn of_history(history: &History, dir: &Path) -> Migrations {
    __private::migrations(list(history, dir), &[], [0; 32])
}

fn list(history: &History, dir: &Path) -> &'static [Migration] {
    let prefix = folder::prefix(dir);
    let list = history.migrations.iter().map(|found| {
        let (up, down) = history.embedded(found, &prefix);
        let up = __private::migration(found.version, file(&up), found.checksum.0, found.chain.0);
        let up = if found.foreign_keys { __private::foreign_keys(up) } else { up };
        match down {
            Some(down) => __private::down(up, Box::leak(Box::new(file(&down)))),
            None => up,
        }
    });
    list.collect::<Vec<_>>().leak()
}

fn file(File { whole, ends, statements }: &File) -> __private::File {
    // A file of four gigabytes would not have come this far.
    let at = |offset| u32::try_from(offset).unwrap_or(u32::MAX);
    let statements = statements.iter().map(|Statement { range, strings, undone }| {
        __private::statement(at(range.start), at(range.end), *strings, *undone)
    });
    __private::file(leak(whole), ends.map(at), statements.collect::<Vec<_>>().leak())
}

fn leak(text: &str) -> &'static str {
    text.to_owned().leak()
}
