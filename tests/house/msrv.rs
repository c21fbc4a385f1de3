//! The declared Rust version is one that every dependency can be built with; clippy looks after our own code.

use std::process::Command;

use serde_json::Value;

/// `1.89` is `1.89.0`.
fn version(text: &str) -> [u32; 3] {
    let mut parts = text.split('.').map(|part| part.parse().unwrap());
    [(); 3].map(|()| parts.next().unwrap_or(0))
}

#[test]
fn no_dependency_asks_for_a_newer_rust() {
    let output =
        Command::new(env!("CARGO")).args(["metadata", "--locked", "--format-version", "1"]).output().unwrap();
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let declared = env!("CARGO_PKG_RUST_VERSION");
    assert!(packages.len() > 10);
    for package in packages {
        if let Some(needed) = package["rust_version"].as_str() {
            assert!(version(needed) <= version(declared), "{} needs Rust {needed}", package["name"]);
        }
    }
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md")).unwrap();
    assert!(readme.contains(&format!("a Rust toolchain ({declared} or later)")));
}
