//! The release before this one, built from the history of this repository, to run beside it.

pub(crate) mod unpack;

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::scratch;

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
    let source = || unpack::unpack(&scratch::workspace(), &scratch::target());
    match PREVIOUS.get_or_init(|| source().map(|source| build(&source))) {
        Ok(previous) => Some(previous),
        Err(why) => {
            // Not by a macro, whose output a test that passes keeps to itself.
            let _ = writeln!(io::stderr(), "not run beside the previous release: {why}");
            None
        }
    }
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
