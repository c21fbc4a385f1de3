//! Where things lie.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use tempfile::TempDir;

pub(crate) struct Place {
    /// The checkout.
    pub(crate) root: PathBuf,
    /// For databases; gone afterwards.
    scratch: TempDir,
    /// In memory, if the system has such a place: nobody waits for a disk there.
    shared: Option<TempDir>,
}

impl Place {
    pub(crate) fn find(dir: Option<&Path>) -> Result<Place> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("find the checkout")?.to_owned();
        let scratch = match dir {
            Some(dir) => tempfile::tempdir_in(dir),
            None => tempfile::tempdir(),
        };
        let shared = Path::new("/dev/shm");
        let shared = if shared.is_dir() { Some(tempfile::tempdir_in(shared)?) } else { None };
        Ok(Place { root, scratch: scratch.context("make a folder for databases")?, shared })
    }

    pub(crate) fn benches(&self) -> PathBuf {
        self.root.join("benches")
    }

    /// The generated history of a size.
    pub(crate) fn history(&self, size: usize) -> PathBuf {
        Place::histories(&self.root).join(size.to_string())
    }

    /// Where the contenders of a checkout have the generated histories.
    pub(crate) fn histories(root: &Path) -> PathBuf {
        root.join("benches/histories")
    }

    pub(crate) fn results(&self) -> PathBuf {
        self.benches().join("results.json")
    }

    /// Where cargo puts what it builds for us.
    pub(crate) fn target(&self) -> PathBuf {
        let named = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
        named.unwrap_or_else(|| self.benches().join("target"))
    }

    /// Where a database may lie.
    pub(crate) fn scratch(&self, on: On) -> Option<&Path> {
        match on {
            On::Disk => Some(self.scratch.path()),
            On::Memory => self.shared.as_ref().map(TempDir::path),
        }
    }
}

/// What a file lies on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum On {
    Disk,
    Memory,
}

/// An empty file, as new.
pub(crate) fn empty(dir: &Path, name: &str) -> Result<PathBuf> {
    let path = dir.join(name);
    for suffix in ["-journal", "-wal", "-shm"] {
        let _ = fs::remove_file(dir.join(format!("{name}{suffix}")));
    }
    let _ = fs::remove_file(&path);
    fs::write(&path, "").with_context(|| format!("make {}", path.display()))?;
    Ok(path)
}

/// A path as an argument.
pub(crate) fn text(path: &Path) -> Result<&str> {
    path.to_str().context("a path that is not UTF-8")
}
