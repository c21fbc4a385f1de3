//! For `build.rs`: proves the migrations of [onward](https://docs.rs/onward) once for each change of the SQL.
//!
//! ```no_run
//! // In the `main` of build.rs:
//! onward_build::migrations("migrations");
//! ```
//!
//! The macros prove a history in every call of rustc: `cargo check`, `cargo test`, clippy, the editor. With this line they
//! take the proof from cargo's folder for what a build script makes, as long as no byte of the folder is another. What is
//! wrong with a history is still said by the macro: a build script shows errors badly, so this one has none.
#![deny(missing_docs)]
// A panic in a build script is a fault of ours whatever the input.
#![warn(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod keep;

use std::env;
use std::path::{Path, PathBuf};

/// Proves the migrations in a folder and keeps the proof for the macros, and has cargo watch the folder: the SQL, added
/// files, `onward.toml`, `onward.lock` and what lies in `legacy`. It watches Cargo.toml as well.
///
/// The path is relative to Cargo.toml, as in `migrations!`. Call it once for each folder that the macros name. If the files
/// are those of the last time, nothing is proven again; if what is new follows on migrations in `onward.lock`, these are not
/// run again.
///
/// It fails no build, and says nothing of the history: that is left to the macro. Where the proof cannot be written, or
/// outside of a build script, a warning of cargo's says so, and the macros prove the history themselves.
pub fn migrations(folder: impl AsRef<Path>) {
    let folder = folder.as_ref();
    // With such a line, cargo looks at nothing else but build.rs itself.
    println!("cargo::rerun-if-changed={}", folder.display());
    // Its dependencies tell whose the folder is.
    println!("cargo::rerun-if-changed=Cargo.toml");
    let set = |name| env::var_os(name).map(PathBuf::from);
    let (Some(package), Some(out)) = (set("CARGO_MANIFEST_DIR"), set("OUT_DIR")) else {
        return warn("this is no build script of cargo's");
    };
    if let Err(error) = keep::keep(&package.join(folder), &out) {
        warn(&error.to_string());
    }
}

fn warn(why: &str) {
    println!("cargo::warning=the proof of the migrations is not kept, so each macro proves them: {why}");
}
