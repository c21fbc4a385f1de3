//! Which folder is meant, and what its diagnostics look like.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use onward_analysis::render::{Style, render};
use onward_analysis::{Analysis, Diagnostic, Severity, source};

use crate::exit::{UNKNOWN, WRONG};
use crate::output;

/// The folder that was named, else what Cargo.toml here names, else `migrations` here, else the same for the nearest
/// Cargo.toml above.
pub(crate) fn find(named: Option<PathBuf>) -> PathBuf {
    let here = PathBuf::from("migrations");
    let found = named.or_else(|| source::configured(Path::new("")).map(PathBuf::from));
    found.unwrap_or_else(|| if here.exists() { here.clone() } else { beside_manifest().unwrap_or(here) })
}

/// It need not be there: `new` makes it.
fn beside_manifest() -> Option<PathBuf> {
    let current = std::env::current_dir().ok()?;
    let package = current.ancestors().find(|folder| folder.join("Cargo.toml").exists())?;
    let folder = source::configured(package).unwrap_or_else(|| "migrations".to_owned());
    (package != current).then(|| package.join(folder))
}

/// Prints what is found and how much there is; warnings about released migrations are counted, unless all are asked for.
pub(crate) fn print(analysis: &Analysis, dir: &Path, released: bool) {
    let prefix = prefix(dir);
    for diagnostic in analysis.grouped().iter().filter(|found| released || !found.released) {
        let style = Style { prefix: &prefix, title: true, color: true };
        // anstream takes the colours out where nobody can see them.
        anstream::println!("{}\n", render(diagnostic, &analysis.history.files, style));
    }
    let count = |severity| analysis.diagnostics.iter().filter(|found| found.severity == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    let migrations = plural(analysis.history.migrations.len(), "migration");
    output::line(format!("{migrations}: {}, {}", plural(errors, "error"), plural(warnings, "warning")));
    let past = analysis.diagnostics.iter().filter(|found| found.released).count();
    if past > 0 && !released {
        let warnings = plural(past, "warning");
        output::line(format!(
            "{warnings} about released migrations not shown: `cargo onward check --verbose` shows all"
        ));
    }
}

/// The exit code of an analysis with errors: a folder that cannot be read was not checked.
pub(crate) fn failure(analysis: &Analysis) -> ExitCode {
    ExitCode::from(if is_unread(analysis) { UNKNOWN } else { WRONG })
}

/// Whether the folder itself could not be read.
pub(crate) fn is_unread(analysis: &Analysis) -> bool {
    let files = &analysis.history.files;
    let is_folder = |found: &Diagnostic| files.get(found.place.file).path.is_empty();
    analysis.diagnostics.iter().any(|found| found.rule.code == "unreadable" && is_folder(found))
}

/// What stands before a file of the folder.
pub(crate) fn prefix(dir: &Path) -> String {
    let shown = dir.display().to_string();
    let shown = shown.trim_end_matches(std::path::is_separator);
    if shown == "." { String::new() } else { format!("{shown}/") }
}

pub(crate) fn plural(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}
