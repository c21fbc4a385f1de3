//! What a package needs beside its migrations: a line in build.rs, and how SQLite is compiled.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, ensure};
use toml_edit::{DocumentMut, Item, Table, value};

use crate::{output, place};

use super::files::Files;

/// The nearest package around a folder.
pub(super) fn package(folder: &Path) -> anyhow::Result<PathBuf> {
    let here = std::env::current_dir()?.join(folder);
    let found = here.ancestors().find(|folder| folder.join("Cargo.toml").is_file());
    found.map(Path::to_owned).context("no Cargo.toml here or above: run this in the folder of a package")
}

/// Lets cargo see a file that is added to the migrations, where nothing in build.rs does yet.
///
/// # Errors
/// If a file cannot be read or written.
pub(super) fn watch(files: &Files, package: &Path, folder: &str) -> anyhow::Result<()> {
    let path = PathBuf::from(place::from_here(&package.join("build.rs")));
    let line = format!("println!(\"cargo::rerun-if-changed={folder}\");");
    match fs::read_to_string(&path) {
        Ok(text) if text.contains("onward_build") || watches(&text, folder) => Ok(()),
        Ok(_) => {
            output::line(format!(
                "add to {}, so that an added migration is seen:\n    {line}",
                output::path(&path)
            ));
            Ok(())
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {
            files.create(&path, &format!("fn main() {{\n    {line}\n}}\n"))
        }
        Err(error) => Err(error).with_context(|| format!("cannot read {}", output::path(&path))),
    }
}

fn watches(text: &str, folder: &str) -> bool {
    ["cargo:", "cargo::"].iter().any(|cargo| {
        let line = format!("{cargo}rerun-if-changed={folder}");
        text.match_indices(&line).any(|(at, _)| text[at + line.len()..].starts_with(['"', '/', '\\']))
    })
}

/// How SQLite is compiled: in dev builds a little faster for the replay, in release once for both, the program and the macro.
const PROFILES: [(&str, i64); 2] = [("dev", 1), ("release", 3)];

/// Writes the profiles into the manifest of the workspace, where nobody has said anything of them.
///
/// # Errors
/// If cargo knows no workspace here, or its manifest cannot be read or written.
pub(super) fn profiles(files: &Files, package: &Path) -> anyhow::Result<()> {
    let path = workspace(package)?;
    let shown = output::path(&path);
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {shown}"))?;
    match with_profiles(&text).with_context(|| format!("cannot read {shown}"))? {
        Some(changed) => files.replace(&path, &text, &changed),
        None => Ok(()),
    }
}

fn workspace(package: &Path) -> anyhow::Result<PathBuf> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["locate-project", "--workspace", "--message-format", "plain", "--color", "never"])
        .current_dir(package)
        .stdin(Stdio::null())
        .output()
        .context("cannot start cargo to ask for the workspace")?;
    ensure!(
        output.status.success(),
        "cargo does not know this workspace: {}",
        String::from_utf8_lossy(&output.stderr).trim()
    );
    Ok(PathBuf::from(place::from_here(Path::new(String::from_utf8_lossy(&output.stdout).trim()))))
}

/// The manifest with the profiles that it lacks; `None` if it lacks none.
fn with_profiles(text: &str) -> anyhow::Result<Option<String>> {
    const SQLITE: &str = "libsqlite3-sys";
    let mut manifest: DocumentMut = text.parse()?;
    let mut is_changed = false;
    for (profile, level) in PROFILES {
        let has = |table: &str| {
            let found =
                manifest.get("profile").and_then(|all| all.get(profile)).and_then(|found| found.get(table));
            found.is_some_and(|found| table == "build-override" || found.get(SQLITE).is_some())
        };
        if has("package") || has("build-override") {
            continue;
        }
        let mut settings = Table::new();
        settings.insert("opt-level", value(level));
        let packages =
            ["profile", profile, "package"].into_iter().fold(manifest.as_item_mut(), |item, key| {
                let next = &mut item[key];
                if next.is_none() {
                    let mut table = Table::new();
                    table.set_implicit(true);
                    *next = Item::Table(table);
                }
                next
            });
        packages[SQLITE] = Item::Table(settings);
        is_changed = true;
    }
    Ok(is_changed.then(|| manifest.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_manifest_says_stays() {
        let added = "[profile.dev.package.libsqlite3-sys]\nopt-level = 1\n\n[profile.release.package.libsqlite3-sys]\nopt-level = 3\n";
        let text = "# mine\n[package]\nname = \"a\" # this\n";
        assert_eq!(with_profiles(text).unwrap().unwrap(), format!("{text}\n{added}"));
        assert_eq!(with_profiles(&format!("{text}\n{added}")).unwrap(), None);
        let own = "[profile.dev.package.libsqlite3-sys]\nopt-level = 3\n[profile.release.build-override]\nopt-level = 2\n";
        assert_eq!(with_profiles(own).unwrap(), None);
    }

    #[test]
    fn a_script_that_watches_needs_no_line() {
        assert!(watches("println!(\"cargo:rerun-if-changed=migrations\");", "migrations"));
        assert!(watches("println!(\"cargo::rerun-if-changed=db/migrations/\");", "db/migrations"));
        assert!(!watches("println!(\"cargo::rerun-if-changed=migrations_old\");", "migrations"));
    }
}
