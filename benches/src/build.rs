//! Builds the contenders.

#[path = "../../tests/src/previous/unpack.rs"]
mod unpack;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::contender::{Contender, Name};
use crate::history::{self, Layout};
use crate::place::Place;

/// These, built in release. The previous release is among them only where the history reaches back to it.
pub(crate) fn contenders(place: &Place, names: &[Name]) -> Result<Vec<Contender>> {
    let target = place.target();
    let executable = |name: Name| -> PathBuf { target.join("release").join(name.package()) };
    let has_previous = names.contains(&Name::Previous) && previous(place, &executable(Name::Previous))?;
    let packages = |apart: bool| {
        let names =
            names.iter().filter(move |name| **name != Name::Previous && (**name == Name::Sqlx) == apart);
        names.flat_map(|name| ["--package", name.package()])
    };
    for (apart, dir) in [(false, place.benches()), (true, place.benches().join("contenders/sqlx"))] {
        let packages: Vec<&str> = packages(apart).collect();
        if !packages.is_empty() {
            let build = ["build", "--release", "--locked", "--quiet"];
            cargo(&dir, &target, &[&build[..], &packages].concat())?;
        }
    }
    let found = names.iter().filter(|name| **name != Name::Previous || has_previous);
    Ok(found.map(|&name| Contender { name, executable: executable(name) }).collect())
}

/// The checkout of the previous release, where the history reaches back to it.
pub(crate) fn previous_root(place: &Place) -> Option<PathBuf> {
    let unpacked = unpack::unpack(&place.root, &place.target());
    unpacked.inspect_err(|why| eprintln!("  without the previous release: {why}")).ok()
}

/// Builds onward's contender as it was in the previous release, with the histories of today.
fn previous(place: &Place, executable: &Path) -> Result<bool> {
    // Of its own: for cargo both checkouts have the same packages at the same places, and it would take what is older than a build
    // for what was built.
    let target = place.target().join("previous").join("target");
    let Some(root) = previous_root(place) else { return Ok(false) };
    for size in history::SIZES {
        let dir = Place::histories(&root).join(size.to_string()).join("plain");
        history::write(&dir, Layout::Plain, &history::history(size))?;
    }
    let package = Name::Onward.package();
    cargo(
        &root.join("benches"),
        &target,
        &["build", "--release", "--locked", "--quiet", "--package", package],
    )?;
    fs::create_dir_all(executable.parent().unwrap_or(executable))?;
    fs::copy(target.join("release").join(package), executable)
        .context("keep the previous release's executable")?;
    Ok(true)
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
