//! Builds the contenders.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

use crate::contender::{Contender, Name};
use crate::place::Place;

/// All of them, built in release.
pub(crate) fn contenders(place: &Place) -> Result<Vec<Contender>> {
    let target = place.target();
    cargo(&place.benches(), &target, &["build", "--release", "--locked", "--workspace", "--quiet"])?;
    let apart = place.benches().join("contenders/sqlx");
    cargo(&apart, &target, &["build", "--release", "--locked", "--quiet"])?;
    let executable = |name: Name| -> PathBuf { target.join("release").join(name.package()) };
    Ok(Name::WITH_SNAPSHOT.into_iter().map(|name| Contender { name, executable: executable(name) }).collect())
}

/// Runs cargo on the package in this folder.
pub(crate) fn cargo(dir: &Path, target: &Path, arguments: &[&str]) -> Result<()> {
    let status = command(dir, target, arguments).status()?;
    if !status.success() {
        bail!("cargo {} failed in {}", arguments.join(" "), dir.display());
    }
    Ok(())
}

/// A cargo that knows nothing of the one that runs this, but for the toolchain.
pub(crate) fn command(dir: &Path, target: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new("cargo");
    command.current_dir(dir).args(arguments).env("CARGO_TARGET_DIR", target);
    let inherited = std::env::vars_os().map(|(name, _)| name);
    for name in inherited.filter(|name| name.to_string_lossy().starts_with("CARGO_PKG_")) {
        command.env_remove(name);
    }
    command
}
