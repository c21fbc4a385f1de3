//! `cargo onward check`

use std::fmt::Display;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::ValueEnum;
use onward_analysis::{Analysis, Proof};
use onward_core::printable::printable;

use crate::place::Places;
use crate::{folder, github, json, output, sarif};

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people, as rustc prints errors
    Human,
    /// One JSON object a line
    Json,
    /// Workflow commands of GitHub, which annotate a pull request
    Github,
    /// One SARIF 2.1.0 log
    Sarif,
}

pub(crate) fn run(folders: &[PathBuf], format: Format, verbose: bool) -> anyhow::Result<ExitCode> {
    if format == Format::Human {
        return folder::each(folders, |dir| {
            let analysis = onward_analysis::analyze(dir, Proof::Whole);
            folder::print(&analysis, dir, verbose);
            if verbose {
                unseen(&analysis);
            }
            Ok(code(&analysis))
        });
    }
    let analyses: Vec<_> =
        folders.iter().map(|dir| (onward_analysis::analyze(dir, Proof::Whole), dir.as_path())).collect();
    let checked: Vec<_> = analyses
        .iter()
        .map(|(analysis, dir)| (analysis, Places::new(&analysis.history.files, dir)))
        .collect();
    let found = || {
        checked
            .iter()
            .flat_map(|(analysis, places)| analysis.diagnostics.iter().map(move |found| (found, places)))
    };
    match format {
        Format::Json => print(found().map(|(found, places)| json::object(found, places)))?,
        Format::Github => print(found().map(|(found, places)| github::command(found, places)))?,
        Format::Human | Format::Sarif => print([sarif::log(&checked)])?,
    }
    Ok(ExitCode::from(analyses.iter().map(|(analysis, _)| code(analysis)).max().unwrap_or(0)))
}

fn code(analysis: &Analysis) -> u8 {
    if analysis.has_errors() { folder::failure(analysis) } else { 0 }
}

/// For programs: a line each.
fn print(lines: impl IntoIterator<Item = impl Display>) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    lines.into_iter().try_for_each(|line| writeln!(out, "{line}"))
}

/// Says what the rows could not show.
fn unseen(analysis: &Analysis) {
    let Some(replay) = &analysis.replay else { return };
    let unpopulated = &replay.unpopulated;
    let all = replay.schema.tables.len();
    let tables = folder::plural(all, "table");
    output::line(format!("rows were put into {} of {tables}", all.saturating_sub(unpopulated.len())));
    for (table, reason) in unpopulated {
        output::line(format!("  `{}` stays empty: {}", printable(table), printable(reason)));
    }
    for &at in replay.stopped() {
        let position = analysis.history.files.position(&analysis.history.place(at));
        let path = analysis.history.path(at);
        output::line(format!("  the rows could be carried no further than {path}:{}", position.line));
    }
}
