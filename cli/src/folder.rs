//! Which folder is meant, and what its diagnostics look like.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::bail;
use clap::Args;
use onward_analysis::diagnostic::render::{Style, render};
use onward_analysis::folder::read;
use onward_analysis::{Analysis, Diagnostic, Severity};

use crate::exit::{UNKNOWN, WRONG};
use crate::{output, package};

/// Where migrations are if nothing else is said.
const DEFAULT: &str = "migrations";

#[derive(Args)]
pub(crate) struct Folder {
    /// The migrations folder, or the folder of the package that has it [default: what Cargo.toml names, or migrations,
    /// here or at the nearest Cargo.toml above]
    dir: Option<PathBuf>,
    /// The package of this workspace whose folder is meant
    #[arg(long, short, value_name = "NAME", conflicts_with = "dir")]
    package: Option<String>,
}

#[derive(Args)]
pub(crate) struct Folders {
    #[command(flatten)]
    folder: Folder,
    /// Every package of this workspace that has a migrations folder
    #[arg(long, conflicts_with_all = ["dir", "package"])]
    workspace: bool,
}

impl Folder {
    /// What was named at another place of the command line.
    pub(crate) fn of(dir: Option<PathBuf>, package: Option<String>) -> Folder {
        Folder { dir, package }
    }

    /// The folder that was named, or that of the package that was, by its name or its own folder; else what Cargo.toml here
    /// names, else `migrations` here, else the same for the nearest Cargo.toml above. It need not be there: `new` makes it.
    ///
    /// # Errors
    /// If cargo has no such package, or this is the root of a workspace, where no package is and no folder either.
    pub(crate) fn find(self) -> anyhow::Result<PathBuf> {
        if let Some(name) = self.package {
            return package::named(&name);
        }
        if let Some(dir) = self.dir {
            return Ok(read::of_package(&dir).unwrap_or(dir));
        }
        if let Some(folder) = read::configured(Path::new("")) {
            return Ok(folder.into());
        }
        let here = PathBuf::from(DEFAULT);
        if here.exists() {
            return Ok(here);
        }
        let current = std::env::current_dir()?;
        let Some(nearest) = current.ancestors().find(|folder| folder.join("Cargo.toml").exists()) else {
            return Ok(here);
        };
        let folder = nearest.join(read::configured(nearest).as_deref().unwrap_or(DEFAULT));
        if read::is_workspace_root(nearest) && !folder.exists() {
            bail!(
                "no package is meant here: {} is that of a workspace, and has no folder `{DEFAULT}` beside it; nothing was \
                 done\nhelp: name the package with `-p`, or the folder; the packages are {}",
                output::path(&nearest.join("Cargo.toml")),
                package::list(&package::members()?)
            );
        }
        Ok(if nearest == current { here } else { folder })
    }
}

impl Folders {
    /// Whether nothing was said of it.
    pub(crate) fn is_default(&self) -> bool {
        !self.workspace && self.folder.dir.is_none() && self.folder.package.is_none()
    }

    /// Names the folder.
    pub(crate) fn set(&mut self, dir: Option<PathBuf>) {
        self.folder.dir = dir;
    }

    /// The one folder, or those of all packages that have one.
    ///
    /// # Errors
    /// As [`Folder::find`], and if no package has one.
    pub(crate) fn find(self) -> anyhow::Result<Vec<PathBuf>> {
        if !self.workspace {
            return Ok(vec![self.folder.find()?]);
        }
        let members = package::members()?;
        let folders: Vec<_> = members
            .iter()
            .map(|package| &package.migrations)
            .filter(|folder| folder.is_dir())
            .cloned()
            .collect();
        if folders.is_empty() {
            bail!("no package of this workspace has a migrations folder; it has {}", package::list(&members));
        }
        Ok(folders)
    }
}

/// Runs the same for each folder and gives the worst exit code; with more than one, says before each which it is.
pub(crate) fn each(
    folders: &[PathBuf],
    mut run: impl FnMut(&Path) -> anyhow::Result<u8>,
) -> anyhow::Result<ExitCode> {
    let mut worst = 0;
    for folder in folders {
        if folders.len() > 1 {
            output::line(format!("{}:", output::path(folder)));
        }
        worst = worst.max(run(folder)?);
    }
    Ok(ExitCode::from(worst))
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
    // Numbered files that several tools have are nobody's.
    let whose = analysis.history.tool.map(|tool| format!("{tool} folder, ")).unwrap_or_default();
    output::line(format!(
        "{whose}{migrations}: {}, {}",
        plural(errors, "error"),
        plural(warnings, "warning")
    ));
    let past = analysis.diagnostics.iter().filter(|found| found.released).count();
    if past > 0 && !released {
        let warnings = plural(past, "warning");
        output::line(format!(
            "{warnings} about released migrations not shown: `cargo onward check --verbose` shows all"
        ));
    }
}

/// The exit code of an analysis with errors: a folder that cannot be read was not checked.
pub(crate) fn failure(analysis: &Analysis) -> u8 {
    if is_unread(analysis) { UNKNOWN } else { WRONG }
}

/// Whether the folder itself could not be read.
pub(crate) fn is_unread(analysis: &Analysis) -> bool {
    let files = &analysis.history.files;
    let is_folder = |found: &Diagnostic| files.get(found.place.file).path.is_empty();
    analysis.diagnostics.iter().any(|found| found.rule.code == "unreadable_file" && is_folder(found))
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
