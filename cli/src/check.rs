//! `cargo onward check`

use std::fmt::Display;
use std::io::Write;
use std::path::Path;
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

pub(crate) fn run(dir: &Path, format: Format, verbose: bool) -> anyhow::Result<ExitCode> {
    let analysis = onward_analysis::analyze(dir, Proof::Whole);
    let places = Places::new(&analysis.history.files, dir);
    match format {
        Format::Human => {
            folder::print(&analysis, dir, verbose);
            if verbose {
                unseen(&analysis);
            }
        }
        Format::Json => print(analysis.diagnostics.iter().map(|found| json::object(found, &places)))?,
        Format::Github => print(analysis.diagnostics.iter().map(|found| github::command(found, &places)))?,
        Format::Sarif => print([sarif::log(&analysis, &places, !folder::is_unread(&analysis))])?,
    }
    Ok(if analysis.has_errors() { folder::failure(&analysis) } else { ExitCode::SUCCESS })
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
