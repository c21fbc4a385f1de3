//! What a package needs beside its migrations: a line in build.rs, and how SQLite is compiled.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, ensure};
use toml::de::DeTable;

use crate::{output, place, script};

use super::files::Files;

/// The nearest package around a folder.
pub(super) fn package(folder: &Path) -> anyhow::Result<PathBuf> {
    let here = std::env::current_dir()?.join(folder);
    let found = here.ancestors().find(|folder| folder.join("Cargo.toml").is_file());
    found.map(Path::to_owned).context("no Cargo.toml here or above: run this in the folder of a package")
}

/// Lets cargo see a file that is added to the migrations, where nothing in the build script does yet.
///
/// # Errors
/// If a file cannot be read or written.
pub(super) fn watch(files: &Files, package: &Path, folder: &str) -> anyhow::Result<()> {
    let line = format!("println!(\"cargo::rerun-if-changed={folder}\");");
    let Some(script) = script::of(package) else {
        output::line(format!(
            "{} has no build script; so that an added migration is seen, the package that embeds the migrations needs one with\n    {line}",
            output::path(Path::new(&place::from_here(&package.join("Cargo.toml"))))
        ));
        return Ok(());
    };
    let path = PathBuf::from(place::from_here(&script));
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
const PROFILES: [(&str, u8); 2] = [("dev", 1), ("release", 3)];

/// Writes the profiles behind what the manifest of the workspace says, where nobody has said anything of them.
///
/// # Errors
/// If the manifest cannot be read or written.
pub(super) fn profiles(files: &Files, manifest: &Path) -> anyhow::Result<()> {
    let shown = output::path(manifest);
    let text = fs::read_to_string(manifest).with_context(|| format!("cannot read {shown}"))?;
    let lacking = lacking(&text).with_context(|| format!("cannot read {shown}"))?;
    if lacking.is_empty() {
        return Ok(());
    }
    let added = sections(&lacking, &text);
    let all = format!("{text}{added}");
    // A profile may be written in a form that nothing can be added to from elsewhere.
    match DeTable::parse(&all) {
        Ok(_) => files.replace(manifest, &text, &all),
        Err(_) => {
            output::line(format!(
                "add to {shown}, so that builds are faster:\n{}",
                added.trim_matches(['\r', '\n'])
            ));
            Ok(())
        }
    }
}

/// The manifest of the workspace around a package.
///
/// # Errors
/// If cargo knows no workspace here.
pub(super) fn workspace(package: &Path) -> anyhow::Result<PathBuf> {
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

const SQLITE: &str = "libsqlite3-sys";

/// The profiles of which a manifest says nothing of this.
fn lacking(manifest: &str) -> anyhow::Result<Vec<(&'static str, u8)>> {
    let manifest = DeTable::parse(manifest)?.into_inner();
    let all = manifest.get("profile").map(|profiles| profiles.get_ref());
    let is_there = |profile: &str| {
        let profile = all.and_then(|all| all.get(profile)).map(|profile| profile.get_ref());
        let of_sqlite = profile.and_then(|profile| profile.get("package")?.get_ref().get(SQLITE));
        of_sqlite.is_some() || profile.is_some_and(|profile| profile.get("build-override").is_some())
    };
    Ok(PROFILES.into_iter().filter(|(profile, _)| !is_there(profile)).collect())
}

/// What goes behind the manifest, in its line ends.
fn sections(profiles: &[(&str, u8)], manifest: &str) -> String {
    let mut text = if manifest.is_empty() || manifest.ends_with('\n') { "" } else { "\n" }.to_owned();
    for (profile, level) in profiles {
        text += &format!("\n[profile.{profile}.package.{SQLITE}]\nopt-level = {level}\n");
    }
    if manifest.contains("\r\n") { text.replace('\n', "\r\n") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The manifest of a workspace, once the profiles were written into it.
    fn written(text: &str) -> String {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("Cargo.toml");
        fs::write(&path, text).unwrap();
        profiles(&Files { dry_run: false }, &path).unwrap();
        fs::read_to_string(path).unwrap()
    }

    #[test]
    fn what_a_manifest_says_stays() {
        let added = "[profile.dev.package.libsqlite3-sys]\nopt-level = 1\n\n[profile.release.package.libsqlite3-sys]\nopt-level = 3\n";
        let text = "# mine\n[package]\nname = \"a\" # this\n";
        assert_eq!(written(text), format!("{text}\n{added}"));
        assert_eq!(written(text.trim_end()), format!("{text}\n{added}"));
        let windows = |text: &str| text.replace('\n', "\r\n");
        assert_eq!(written(&windows(text)), windows(&format!("{text}\n{added}")));
        let with_mark = format!("\u{feff}{text}");
        assert_eq!(written(&with_mark), format!("{with_mark}\n{added}"));
        let other =
            format!("{text}[profile.dev]\nopt-level = 1\n[profile.dev.package.\"*\"]\nopt-level = 2\n");
        assert_eq!(written(&other), format!("{other}\n{added}"));
        for own in [
            format!("{text}\n{added}"),
            "[profile.dev.package.libsqlite3-sys]\nopt-level = 3\n[profile.release.build-override]\nopt-level = 2\n".into(),
            // Nothing can be added to these from elsewhere.
            "profile = { dev = { opt-level = 1 } }\n".into(),
            "[profile]\ndev = { opt-level = 1 }\n".into(),
            "[profile.dev]\npackage = {}\n".into(),
        ] {
            assert_eq!(written(&own), own);
        }
    }

    #[test]
    fn a_script_that_watches_needs_no_line() {
        assert!(watches("println!(\"cargo:rerun-if-changed=migrations\");", "migrations"));
        assert!(watches("println!(\"cargo::rerun-if-changed=db/migrations/\");", "db/migrations"));
        assert!(!watches("println!(\"cargo::rerun-if-changed=migrations_old\");", "migrations"));
    }
}
