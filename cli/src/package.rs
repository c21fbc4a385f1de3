//! The packages of the workspace around the working directory, as cargo knows them.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, bail};
use serde_json::Value;

use crate::place;

/// A package, and where its migrations are, whether the folder is there or not.
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) migrations: PathBuf,
}

/// The members of the workspace. cargo reads the manifests: globs, inheritance and `exclude` are its own.
pub(crate) fn members() -> anyhow::Result<Vec<Package>> {
    let metadata = metadata(Path::new("."))?;
    let mut members: Vec<_> = packages(&metadata).filter_map(package).collect();
    members.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(members)
}

/// The folder of the workspace around this one, and those of its packages.
pub(crate) fn folders(around: &Path) -> anyhow::Result<(PathBuf, Vec<PathBuf>)> {
    let metadata = metadata(around)?;
    let root = metadata["workspace_root"].as_str().context("cargo does not say where the workspace is")?;
    let folder = |value: &Value| Some(Path::new(value["manifest_path"].as_str()?).parent()?.to_owned());
    Ok((root.into(), packages(&metadata).filter_map(folder).collect()))
}

fn packages(metadata: &Value) -> impl Iterator<Item = &Value> {
    metadata["packages"].as_array().map(Vec::as_slice).unwrap_or_default().iter()
}

fn metadata(around: &Path) -> anyhow::Result<Value> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--no-deps", "--format-version", "1", "--color", "never"])
        .current_dir(around)
        .stdin(Stdio::null())
        .output()
        .context("cannot start cargo to ask for the packages of this workspace")?;
    if !output.status.success() {
        bail!("cargo does not know this workspace: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    serde_json::from_slice(&output.stdout).context("cannot read what cargo says")
}

fn package(value: &Value) -> Option<Package> {
    let folder = Path::new(value["manifest_path"].as_str()?).parent()?;
    let configured = value["metadata"]["onward"]["migrations"].as_str();
    let migrations = folder.join(configured.unwrap_or("migrations"));
    Some(Package {
        name: value["name"].as_str()?.to_owned(),
        migrations: place::from_here(&migrations).into(),
    })
}

/// The folder of one of them.
pub(crate) fn named(name: &str) -> anyhow::Result<PathBuf> {
    let members = members()?;
    let Some(found) = members.iter().find(|package| package.name == name) else {
        bail!("no package of this workspace is called `{name}`; it has {}", list(&members));
    };
    Ok(found.migrations.clone())
}

/// The names, and where the migrations are of those that have some.
pub(crate) fn list(members: &[Package]) -> String {
    if members.is_empty() {
        return "no packages".to_owned();
    }
    let shown = members.iter().map(|package| match package.migrations.is_dir() {
        true => format!("`{}` ({})", package.name, package.migrations.display()),
        false => format!("`{}`", package.name),
    });
    shown.collect::<Vec<_>>().join(", ")
}
