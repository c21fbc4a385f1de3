//! The release before this one, built from the history of this repository, to run beside it.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use crate::scratch;

/// Its commit.
const COMMIT: &str = "f3bda0e36396181a3e2ecf2a0e9387fb1092b1c3";

/// Its programs.
pub struct Previous {
    /// The helper that migrates a database, as `src/bin/start.rs`.
    pub start: PathBuf,
    /// The command line.
    pub command: PathBuf,
}

/// The programs of the previous release, built once; `None` where the history does not reach back to it, which is said in
/// a line.
pub fn previous() -> Option<&'static Previous> {
    static PREVIOUS: OnceLock<Result<Previous, String>> = OnceLock::new();
    match PREVIOUS.get_or_init(|| unpack().map(|source| build(&source))) {
        Ok(previous) => Some(previous),
        Err(why) => {
            // Not by a macro, whose output a test that passes keeps to itself.
            let _ = writeln!(io::stderr(), "not run beside the previous release: {why}");
            None
        }
    }
}

/// The source in a folder of its own below the target folder.
fn unpack() -> Result<PathBuf, String> {
    let folder = scratch::target().join("previous").join(COMMIT);
    if folder.exists() {
        return Ok(folder);
    }
    let workspace = scratch::workspace();
    let git = |args: &[&str]| {
        let mut command = Command::new("git");
        command.args(args).current_dir(&workspace).stdin(Stdio::null()).stderr(Stdio::null());
        command
    };
    let known = git(&["cat-file", "-e", &format!("{COMMIT}^{{commit}}")]).status();
    if !known.is_ok_and(|status| status.success()) {
        return Err(format!("there is no commit {COMMIT} here: this is no clone, or a shallow one"));
    }
    // Whole or not at all: another test may be looking for it.
    let partial = folder.with_extension(std::process::id().to_string());
    fs::create_dir_all(&partial).expect("a folder can be made below the target folder");
    let mut archive =
        git(&["archive", "--format=tar", COMMIT]).stdout(Stdio::piped()).spawn().expect("git starts");
    let tar = archive.stdout.take().expect("git writes");
    let unpacked = Command::new("tar").arg("-x").current_dir(&partial).stdin(tar).status();
    let is_whole =
        unpacked.is_ok_and(|status| status.success()) && archive.wait().is_ok_and(|git| git.success());
    assert!(is_whole, "the previous release can be unpacked with tar");
    if fs::rename(&partial, &folder).is_err() {
        fs::remove_dir_all(&partial).expect("nobody else has it");
    }
    Ok(folder)
}

/// Builds the programs in the target folder of the other packages that cargo is asked for, whose dependencies are the
/// same.
fn build(source: &Path) -> Previous {
    let target = scratch::target().join("scratch");
    let status = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--locked", "--package", "onward-tests", "--bin", "start"])
        .args(["--package", "cargo-onward", "--bin", "cargo-onward", "--target-dir"])
        .arg(&target)
        .current_dir(source)
        // What cargo has told this test is about another package.
        .env_remove("CARGO_TARGET_DIR")
        .status();
    assert!(status.is_ok_and(|status| status.success()), "the previous release builds");
    let binary = |name: &str| target.join("debug").join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    Previous { start: binary("start"), command: binary("cargo-onward") }
}
