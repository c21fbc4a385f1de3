//! The builds that show what a program runs.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, anyhow, bail};
use clap::Args;
use onward_analysis::folder::recorded::{self, By, Statement};
use tempfile::TempDir;

use crate::{output, package};

/// What is built: the libraries and programs of the workspace, not their tests.
#[derive(Args, Default)]
pub(crate) struct Builds {
    /// Build with these features, as `cargo check` takes them; given again, a build more [default: all features]
    #[arg(long, value_name = "FEATURES")]
    features: Vec<String>,
    /// Build without the default features
    #[arg(long)]
    no_default_features: bool,
    /// Build for this target; given again, a build more [default: that of this machine]
    #[arg(long, value_name = "TRIPLE")]
    target: Vec<String>,
}

/// What the builds have written, and the workspace that was built.
pub(crate) struct Collected {
    into: TempDir,
    pub(super) root: PathBuf,
    pub(super) packages: Vec<PathBuf>,
}

impl Builds {
    /// Builds the workspace of these folders once for each set of features and each target; `None` if a build has failed, which
    /// cargo explains.
    ///
    /// # Errors
    /// If they are in no workspace, or in more than one, and if there is no cargo.
    pub(crate) fn collect(&self, folders: &[PathBuf]) -> anyhow::Result<Option<Collected>> {
        let (root, packages) = workspace(folders)?;
        // Another name each time, so that cargo builds every crate that asks for it again.
        let into = tempfile::tempdir().context("cannot make a folder to collect statements in")?;
        let targets = self.target.iter().map(Some).collect::<Vec<_>>();
        let targets = if targets.is_empty() { vec![None] } else { targets };
        let sets = self.features.iter().map(Some).collect::<Vec<_>>();
        let sets = if sets.is_empty() { vec![None] } else { sets };
        for target in &targets {
            for features in &sets {
                if !self.build(&root, into.path(), *features, *target)? {
                    let help = match self.features.is_empty() && !self.no_default_features {
                        true => {
                            "\nhelp: if it is features that exclude each other, name them: `--features a --features b`"
                        }
                        false => "",
                    };
                    output::error(format!(
                        "this does not build, so nobody knows what it runs; nothing was written{help}"
                    ));
                    return Ok(None);
                }
            }
        }
        Ok(Some(Collected { into, root, packages }))
    }

    fn build(
        &self,
        root: &Path,
        into: &Path,
        features: Option<&String>,
        target: Option<&String>,
    ) -> anyhow::Result<bool> {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = Command::new(cargo);
        command.args(["check", "--workspace"]).current_dir(root).env(recorded::VARIABLE, into);
        match features {
            Some(features) => command.args(["--features", features]),
            None if self.no_default_features => &mut command,
            None => command.arg("--all-features"),
        };
        if self.no_default_features {
            command.arg("--no-default-features");
        }
        if let Some(target) = target {
            command.args(["--target", target]);
        }
        Ok(command.status().context("cannot start cargo to build the program")?.success())
    }
}

impl Collected {
    /// The statements that are about the migrations in this folder, by source file and text, each once.
    ///
    /// # Errors
    /// If what was written cannot be read.
    pub(crate) fn of(&self, dir: &Path) -> anyhow::Result<Vec<Statement>> {
        let mut found: BTreeMap<(String, By), Statement> = BTreeMap::new();
        for statement in self.read(&recorded::collected(dir))? {
            let key = (statement.sql.clone(), statement.by);
            // Of several places the first is named.
            let place = |statement: &Statement| spot(&statement.at);
            match found.get(&key) {
                Some(known) if place(known) <= place(&statement) => {}
                _ => drop(found.insert(key, statement)),
            }
        }
        let mut statements: Vec<Statement> = found.into_values().collect();
        statements.sort_by(|one, other| {
            let key = |of: &Statement| (spot(&of.at).0, of.sql.clone(), of.by);
            key(one).cmp(&key(other))
        });
        Ok(statements)
    }

    /// Every place that a build has reached: file and line.
    ///
    /// # Errors
    /// As [`Collected::of`].
    pub(crate) fn places(&self) -> anyhow::Result<BTreeSet<String>> {
        Ok(self.read("")?.into_iter().map(|statement| statement.at).collect())
    }

    fn read(&self, prefix: &str) -> anyhow::Result<Vec<Statement>> {
        let reading = "cannot read what the build has collected";
        let mut statements = Vec::new();
        for entry in fs::read_dir(self.into.path()).context(reading)? {
            let entry = entry.context(reading)?;
            if entry.file_name().to_string_lossy().starts_with(prefix) {
                for line in fs::read_to_string(entry.path()).context(reading)?.lines() {
                    let statement = recorded::statement_of(line);
                    statements.push(statement.map_err(|(_, problem)| anyhow!("{reading}: {problem}"))?);
                }
            }
        }
        Ok(statements)
    }
}

/// The workspace that all these folders are in, and the folders of its packages.
fn workspace(folders: &[PathBuf]) -> anyhow::Result<(PathBuf, Vec<PathBuf>)> {
    let mut found: Option<(PathBuf, Vec<PathBuf>)> = None;
    for dir in folders {
        let shown = output::path(dir);
        let whole = dir.canonicalize().with_context(|| format!("cannot find {shown}"))?;
        let package = whole.ancestors().find(|folder| folder.join("Cargo.toml").is_file());
        let around =
            package.with_context(|| format!("{shown} is in no package, so there is no program to build"))?;
        let (root, packages) = package::folders(around)?;
        if found.as_ref().is_some_and(|(other, _)| *other != root) {
            bail!("these folders are in more than one workspace: run this for each of them");
        }
        found = Some((root, packages));
    }
    found.context("there is no folder of migrations")
}

/// The file of a place, and its line.
fn spot(at: &str) -> (String, usize) {
    let (file, line) = at.rsplit_once(':').unwrap_or((at, ""));
    (file.to_owned(), line.parse().unwrap_or(0))
}
