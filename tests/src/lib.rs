//! What the tests of the whole workspace share.

pub mod backfill;
pub mod command;
pub mod file;
pub mod moving;
pub mod previous;
#[cfg(unix)]
pub mod program;
pub mod scratch;
#[cfg(target_os = "linux")]
pub mod small;

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// The command line as a user would run it, built from this workspace once a test binary.
pub fn cargo_onward() -> Command {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    Command::new(BINARY.get_or_init(|| build(&["cargo-onward"])))
}

/// The command line with what engines over the network need.
#[cfg(feature = "engines")]
pub fn cargo_onward_engines() -> Command {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    Command::new(BINARY.get_or_init(|| build(&["cargo-onward", "--features", "engines"])))
}

/// The example `cluster`.
#[cfg(feature = "engines")]
pub fn cluster() -> Command {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    Command::new(BINARY.get_or_init(|| build(&["cluster"])))
}

/// The example `service`, built in the same way.
pub fn service() -> Command {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    Command::new(BINARY.get_or_init(|| build(&["service"])))
}

/// The example `fleet`.
pub fn fleet() -> Command {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    Command::new(BINARY.get_or_init(|| build(&["fleet"])))
}

/// The binary of a package. A package can depend on another one's library only, so cargo has to be asked for it.
fn build(package: &[&str]) -> PathBuf {
    let output = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--message-format", "json", "--package"])
        .args(package)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stderr(Stdio::inherit())
        .output()
        .expect("cargo starts");
    assert!(output.status.success(), "{package:?} does not build");
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
        .expect("cargo names the binary")
}

/// The folders below `ui/` and whether their histories build: all but those of `sound`.
pub fn topics() -> Vec<(String, bool)> {
    let ui = Path::new(env!("CARGO_MANIFEST_DIR")).join("ui");
    let entries = ui.read_dir().expect("the cases are there").flatten().filter(|entry| entry.path().is_dir());
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut topics: Vec<_> = names.map(|name| (name.clone(), name == "sound")).collect();
    topics.sort();
    topics
}
