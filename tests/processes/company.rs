//! Runs the tests of the package `company`, which lies outside the workspace and says why.

use std::path::Path;
use std::process::Command;

#[test]
fn pools_and_async_wrappers_migrate() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("company");
    let version = Command::new("rustc").arg("--version").current_dir(&folder).output().unwrap();
    let version = String::from_utf8(version.stdout).unwrap();
    let minor = version.split('.').nth(1).and_then(|minor| minor.parse::<u32>().ok());
    if minor.is_some_and(|minor| minor < 95) {
        eprintln!("deadpool-sqlite 0.14 needs Rust 1.95, and this is {version}");
        return;
    }
    // Its own folder in the target folder, so that SQLite is compiled there once.
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("tests").join("company");
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["test", "--locked", "--quiet", "--target-dir"]).arg(target).current_dir(folder);
    let output = cargo.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    let update =
        "if its lock file is behind our manifests: cargo update -w --manifest-path tests/company/Cargo.toml";
    assert!(output.status.success(), "{text}\n{update}");
    // Those of `company.rs` and those of `starters.rs`.
    assert!(text.contains("4 passed") && text.contains("6 passed"), "{text}");
}
