//! The steps of CI. Each runs alone, in the root of the checkout.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, ensure};

use crate::command::{cargo, output, run, words};
use crate::{engine, stacks};

/// The packages that are published, those first that others need.
const PUBLISHED: [&str; 7] = [
    "onward-core",
    "onward-schema",
    "onward-analysis",
    "onward-macros",
    "onward-build",
    "onward",
    "cargo-onward",
];

/// The integration tests that take seconds.
const SHORT: [&str; 4] = ["command", "house", "run", "traced"];

/// The tests among them that do not.
const LONG: [&str; 4] = [
    "aside::killed_between_any_two_calls_nothing_is_lost",
    "formats::sarif_is_what_the_published_schema_asks_for",
    "init::the_program_afterwards_compiles",
    "moving::killed_in_the_midst_it_is_all_or_nothing",
];

/// The workspaces of the crates for other drivers, with lock files of their own.
const DRIVERS: [&str; 2] = ["drivers/Cargo.toml", "drivers/onward-sqlx/Cargo.toml"];

pub(crate) fn format() -> Result<()> {
    for workspace in ["Cargo.toml", "benches/Cargo.toml", "fuzz/Cargo.toml"].into_iter().chain(DRIVERS) {
        run(cargo(words("fmt --all --check --manifest-path")).arg(workspace))?;
    }
    Ok(())
}

/// With all packages together, the tests turn on every feature.
pub(crate) fn clippy() -> Result<()> {
    run(&mut cargo(words("clippy --workspace --all-targets --locked -- -D warnings")))?;
    run(&mut cargo(words("clippy -p onward --locked -- -D warnings")))
}

pub(crate) fn docs() -> Result<()> {
    run(cargo(words("doc --workspace --no-deps --locked")).env("RUSTDOCFLAGS", "-D warnings"))
}

pub(crate) fn unit() -> Result<()> {
    run(&mut cargo(words("test --workspace --lib --bins --locked")))
}

pub(crate) fn integration() -> Result<()> {
    let mut test = cargo(words("test -p onward-tests --locked"));
    for name in SHORT {
        test.args(["--test", name]);
    }
    test.args(["--", "--exact"]);
    for name in LONG {
        test.args(["--skip", name]);
    }
    run(&mut test)
}

/// Packs each as it would be published; nothing is sent.
pub(crate) fn package() -> Result<()> {
    PUBLISHED.into_iter().try_for_each(|name| is_complete(["-p", name]))?;
    for entry in fs::read_dir("drivers")? {
        let manifest = entry?.path().join("Cargo.toml");
        if manifest.exists() {
            is_complete(["--manifest-path", &manifest.display().to_string()])?;
        }
    }
    // Together, since none is in a registry that the others could take it from. A lock file would need those of drivers/ as well,
    // which are another workspace and packed later.
    let mut package = cargo(words("package --locked --allow-dirty --no-verify --exclude-lockfile"));
    for name in PUBLISHED {
        package.args(["-p", name]);
    }
    run(&mut package)
}

/// Whether a package has what belongs to each.
fn is_complete(package: [&str; 2]) -> Result<()> {
    let mut list = cargo(words("package --list --allow-dirty").chain(package));
    let listed = output(list.env("CARGO_TARGET_DIR", target()?))?;
    let files = String::from_utf8(listed.stdout)?;
    for needed in ["LICENSE-APACHE", "LICENSE-MIT", "README.md", "src/"] {
        ensure!(
            files.lines().any(|file| file.starts_with(needed)),
            "{} would be published without {needed}",
            package[1]
        );
    }
    Ok(())
}

/// Looks at what `deny.toml` asks for, as far as it can be had here.
pub(crate) fn deny() -> Result<()> {
    if !output(&mut cargo(["deny", "--version"]))?.status.success() {
        println!("cargo-deny is not installed here: neither licences nor advisories were looked at");
        return Ok(());
    }
    run(&mut cargo(words("deny check bans licenses sources")))?;
    let advisories = output(&mut cargo(words("deny check advisories")))?;
    let said = String::from_utf8_lossy(&advisories.stderr);
    if !advisories.status.success() && said.contains("failed to fetch advisory database") {
        println!("the database of advisories cannot be reached here: no advisory was looked at");
        return Ok(());
    }
    eprint!("{said}");
    ensure!(advisories.status.success(), "a dependency has an advisory");
    Ok(())
}

/// What a reader of the README types, one after the other.
pub(crate) fn readme() -> Result<()> {
    remove_databases()?;
    let readme = fs::read_to_string("README.md")?;
    let blocks = readme.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next());
    let lines: Vec<&str> = blocks.flat_map(str::lines).filter(|line| !line.is_empty()).collect();
    ensure!(lines.len() > 5, "the README has lost its commands");
    // What it installs stays inside the checkout.
    let install = target()?.join("install");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths([install.join("bin")].into_iter().chain(std::env::split_paths(&path)))?;
    for line in lines {
        println!("\n== {line}");
        run(bash(line).env("CARGO_INSTALL_ROOT", &install).env("PATH", &path))?;
    }
    println!("\n== the quickstart again");
    let again = output(&mut cargo(words("run -q -p quickstart")))?;
    let said = String::from_utf8_lossy(&again.stdout);
    print!("{said}");
    ensure!(said.contains("up to date at 0010"), "it should have had nothing to do");
    remove_databases()
}

/// Those of the quickstart.
fn remove_databases() -> Result<()> {
    for entry in fs::read_dir(".")? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with("jobs.db") {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

pub(crate) fn fuzz() -> Result<()> {
    run(&mut bash("fuzz/run 5"))
}

pub(crate) fn linked_sqlite() -> Result<()> {
    run(&mut bash(".ci/linked-sqlite"))
}

pub(crate) fn windows() -> Result<()> {
    run(&mut bash(".ci/windows"))
}

/// In a copy with its own lock file and target folder: cargo would otherwise build everything else again.
pub(crate) fn oldest_rusqlite() -> Result<()> {
    let copy = tempfile::tempdir()?;
    let archive = copy.path().join("archive.tar");
    run(Command::new("git").args(["archive", "HEAD", "-o"]).arg(&archive))?;
    run(Command::new("tar").arg("-xf").arg(&archive).arg("-C").arg(copy.path()))?;
    without_jiff(&copy.path().join("runtime/Cargo.toml"))?;
    let target = target()?.join("oldest-rusqlite");
    for line in [
        "update -q -p rusqlite --precise 0.32.0",
        // This one cannot open a database from memory: no proof is kept, and no snapshot opened.
        "test -q --lib -p onward-core -p onward-schema -p onward-analysis -p onward-macros -p onward -- --skip proof::tests --skip what_was_kept",
        "test -q --doc -p onward",
        "test -q -p onward-tests --test run -- --skip snapshot",
        "build -q -p cargo-onward",
    ] {
        run(cargo(words(line)).current_dir(copy.path()).env("CARGO_TARGET_DIR", &target))?;
    }
    Ok(())
}

/// rusqlite has the feature from 0.33 on, and in a workspace cargo asks for every feature there is. Beside an application it
/// asks for those that are on.
fn without_jiff(manifest: &Path) -> Result<()> {
    let text = fs::read_to_string(manifest)?;
    let without = text.replace(", \"rusqlite/jiff\"", "");
    ensure!(without != text, "{} has no feature of rusqlite's for jiff", manifest.display());
    Ok(fs::write(manifest, without)?)
}

/// The crates for other drivers, with their own lock files, and what there is on top of those for engines.
pub(crate) fn drivers() -> Result<()> {
    let servers = engine::all(&target()?)?;
    run(&mut cargo(words(
        "clippy -p cargo-onward -p onward-tests --features engines --all-targets --locked -- -D warnings",
    )))?;
    let mut test = cargo(words("test -q -p onward-tests --features engines --test engines --locked"));
    run(test.envs(servers.iter().cloned()))?;
    let target = target()?.join("drivers");
    for manifest in DRIVERS {
        for line in ["clippy --all-targets --all-features", "test -q --all-features"] {
            let mut step = cargo(words(line).chain(words("--locked --manifest-path")).chain([manifest]));
            if line.starts_with("clippy") {
                // Behind the file to look at.
                step.args(words("-- -D warnings"));
            }
            run(step.env("CARGO_TARGET_DIR", &target).envs(servers.iter().cloned()))?;
        }
    }
    Ok(())
}

/// The example of a cluster, on a rqlite that is installed for it.
pub(crate) fn cluster() -> Result<()> {
    let servers = engine::all(&target()?)?;
    run(cargo(words("run -q -p cluster --locked")).envs(servers))
}

/// Where the headers of libcrypto can be had.
pub(crate) fn sqlcipher() -> Result<()> {
    let header = Path::new("/usr/include/openssl/crypto.h");
    if !header.exists() {
        output(&mut bash("apt-get update -q; apt-get install -y -q --no-install-recommends libssl-dev"))?;
    }
    if !header.exists() && std::env::var_os("OPENSSL_DIR").is_none() {
        println!("libssl-dev cannot be had here: nothing was tried with SQLCipher");
        return Ok(());
    }
    let mut test = cargo(words("test -q --locked --manifest-path tests/sqlcipher/Cargo.toml"));
    run(test.env("CARGO_TARGET_DIR", target()?.join("sqlcipher")))
}

pub(crate) fn stacks() -> Result<()> {
    stacks::try_all(&std::env::current_dir()?, &target()?.join("stacks"))
}

fn bash(line: &str) -> Command {
    let mut bash = Command::new("bash");
    bash.args(["-euc", line]);
    bash
}

/// Removes what a step has built in a target folder of its own, which has its name: a runner's disk is small.
///
/// # Errors
/// If the folder cannot be removed.
pub(crate) fn clear(step: &str) -> Result<()> {
    let folder = target()?.join(step);
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    Ok(())
}

/// The target folder, wherever whoever runs this has it.
fn target() -> Result<PathBuf> {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => Ok(std::path::absolute(folder)?),
        None => Ok(std::env::current_dir()?.join("target")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_named_is_there() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let folders = SHORT.map(|name| root.join("tests").join(name));
        for folder in &folders {
            assert!(folder.join("main.rs").exists() || folder.with_extension("rs").exists(), "{folder:?}");
        }
        for (file, test) in LONG.map(|name| name.split_once("::").unwrap()) {
            let text = |folder: &PathBuf| fs::read_to_string(folder.join(format!("{file}.rs"))).ok();
            let text = folders.iter().find_map(text).unwrap();
            assert!(text.contains(&format!("fn {test}()")), "{file}::{test}");
        }
    }

    /// A package that is not marked as private is one that is published.
    #[test]
    fn every_published_package_is_packed() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let mut found = Vec::new();
        for entry in fs::read_dir(root).unwrap().flatten() {
            let Ok(manifest) = fs::read_to_string(entry.path().join("Cargo.toml")) else { continue };
            let private = ["publish = false", "publish.workspace = true"];
            if private.iter().any(|line| manifest.contains(line)) {
                continue;
            }
            // The workspace of the drivers has no package of its own.
            let Some(name) = manifest.lines().find_map(|line| line.strip_prefix("name = \"")) else {
                continue;
            };
            found.push(name.trim_end_matches('"').to_owned());
        }
        found.sort();
        let mut published = PUBLISHED;
        published.sort();
        assert_eq!(found, published);
    }
}
