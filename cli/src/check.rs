//! `cargo onward check`

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use onward_analysis::printable::printable;
use onward_analysis::{Analysis, Proof};

use crate::{Format, folder, json, output};

pub(crate) fn run(dir: &Path, format: Format, verbose: bool) -> anyhow::Result<ExitCode> {
    let analysis = onward_analysis::analyze(dir, Proof::Whole);
    match format {
        Format::Human => {
            folder::print(&analysis, dir, verbose);
            if verbose {
                unseen(&analysis);
            }
        }
        Format::Json => {
            let mut out = std::io::stdout().lock();
            for diagnostic in &analysis.diagnostics {
                writeln!(out, "{}", json::object(diagnostic, &analysis.history.files))?;
            }
        }
    }
    Ok(if analysis.has_errors() { folder::failure(&analysis) } else { ExitCode::SUCCESS })
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
