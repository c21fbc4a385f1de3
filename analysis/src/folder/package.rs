//! What a package's Cargo.toml says of its migrations.

use std::path::{Path, PathBuf};

use toml::de::DeTable;

use super::misplaced;
use super::regular;

/// The migrations folder that a package's Cargo.toml names, relative to it:
///
/// ```toml
/// [package.metadata.onward]
/// migrations = "db/history"
/// ```
pub fn configured(package: &Path) -> Option<String> {
    // What is wrong with the file is cargo's to say.
    let text = manifest(package)?;
    let manifest = DeTable::parse(&text).ok()?.into_inner();
    let onward = manifest.get("package")?.get_ref().get("metadata")?.get_ref().get("onward")?;
    onward.get_ref().get("migrations")?.get_ref().as_str().map(str::to_owned)
}

/// The migrations folder of the package that lies in this folder: what its Cargo.toml names, or `migrations` in it. `None` if
/// no package is here, or if this folder has migrations of its own beside the Cargo.toml.
pub fn of_package(folder: &Path) -> Option<PathBuf> {
    manifest(folder)?;
    let migrations = folder.join(configured(folder).as_deref().unwrap_or("migrations"));
    let is_there = migrations.is_dir() || !is_workspace_root(folder);
    (is_there && !misplaced::has_migrations(folder)).then_some(migrations)
}

/// Whether the Cargo.toml of a folder is that of a workspace and of no package.
pub fn is_workspace_root(folder: &Path) -> bool {
    manifest(folder).is_some_and(|text| {
        DeTable::parse(&text).is_ok_and(|manifest| {
            let manifest = manifest.into_inner();
            manifest.contains_key("workspace") && !manifest.contains_key("package")
        })
    })
}

fn manifest(folder: &Path) -> Option<String> {
    String::from_utf8(regular::read(&folder.join("Cargo.toml")).ok()?).ok()
}
