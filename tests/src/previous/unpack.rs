//! The source of the release before this one, out of the history of this repository. The measurements in `benches/` have
//! this file as well.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Its commit.
const COMMIT: &str = "f3bda0e36396181a3e2ecf2a0e9387fb1092b1c3";

/// Unpacks it into a folder of its own below a target folder, unless it is there, and says why if the history is not.
pub(crate) fn unpack(workspace: &Path, target: &Path) -> Result<PathBuf, String> {
    let folder = target.join("previous").join(COMMIT);
    if folder.exists() {
        return Ok(folder);
    }
    let git = |args: &[&str]| {
        let mut command = Command::new("git");
        command.args(args).current_dir(workspace).stdin(Stdio::null()).stderr(Stdio::null());
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
