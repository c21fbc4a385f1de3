//! `cargo onward check`

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use crate::{Format, folder, json};

pub(crate) fn run(dir: &Path, format: Format) -> anyhow::Result<ExitCode> {
    let analysis = onward_analysis::analyze(dir);
    match format {
        Format::Human => folder::print(&analysis, dir),
        Format::Json => {
            let mut out = std::io::stdout().lock();
            for diagnostic in &analysis.diagnostics {
                writeln!(out, "{}", json::object(diagnostic, &analysis.history.files))?;
            }
        }
    }
    Ok(if analysis.has_errors() { folder::failure(&analysis) } else { ExitCode::SUCCESS })
}
