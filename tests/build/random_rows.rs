//! Databases of every release, filled with legal rows at random, and what the rest of their history does to them.
//!
//! Each must migrate to the end, or stop where `check` had said so, and lose nothing of which `check` said nothing. The
//! project's own histories are tried in CI. `ONWARD_HISTORIES=folder` tries each folder in that folder instead, with
//! `ONWARD_ROUNDS` databases a release, and prints a report.

mod fill;
mod kept;
mod trial;

use std::env;
use std::path::{Path, PathBuf};

use trial::{Trial, Verdict};

/// How many databases of each release are tried in CI.
const ROUNDS: u64 = 4;

#[test]
fn databases_of_every_release_migrate_or_stop_where_check_said() {
    let chosen = env::var_os("ONWARD_HISTORIES").map(PathBuf::from);
    let rounds = env::var("ONWARD_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(ROUNDS);
    let folders = match &chosen {
        Some(folder) => below(folder, 1),
        None => own(),
    };
    let mut all = Trial::default();
    for folder in folders {
        let trial = trial::run(&folder, rounds);
        if chosen.is_some() && trial.databases > 0 {
            println!("{}: {trial}", folder.display());
        }
        all.add(trial);
    }
    println!("all: {all}");
    if chosen.is_none() {
        // Of a history that cannot be tried nothing is seen.
        assert!(all.databases > 300 && all.of(Verdict::Said) > 10, "{all}");
    }
    assert!(all.unsaid.is_empty() && all.lost.is_empty(), "{all}");
}

/// Histories that are made to take long.
const SLOW: [&str; 3] = ["killed", "replay_limit_reached", "slow"];

/// The histories of this project.
fn own() -> Vec<PathBuf> {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = below(&tests.join("ui"), 3);
    folders.extend(below(&tests.join("histories"), 1));
    folders.extend(below(&tests.join("../examples"), 2));
    folders.extend([tests.join("story/migrations"), tests.join("../migrations")]);
    folders.retain(|folder| !SLOW.iter().any(|name| folder.ends_with(name)));
    folders
}

/// The folders so far below this one.
fn below(folder: &Path, depth: usize) -> Vec<PathBuf> {
    let entries = folder.read_dir().unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut folders: Vec<PathBuf> =
        entries.flatten().map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    folders.sort();
    let deeper = folders.clone();
    if depth > 1 {
        folders.extend(deeper.iter().flat_map(|folder| below(folder, depth - 1)));
    }
    folders
}
