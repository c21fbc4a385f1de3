//! Names of files: what a path leads to, and names that nothing has.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::path::{Path, PathBuf};

/// What SQLite keeps beside a database and has its contents from the database alone.
pub(crate) const CONTENTS: [&str; 2] = ["-journal", "-wal"];
/// Memory that processes share. Two names of one such file would become two databases that share it.
pub(crate) const SHARED: &str = "-shm";
/// What SQLite keeps beside a database, and takes for its own whenever it opens one of that name.
pub(crate) const BESIDE: [&str; 3] = [CONTENTS[0], CONTENTS[1], SHARED];

/// The lock file stays beside the database: were it removed, two processes could each have the lock of a file of that
/// name.
pub(crate) const LOCK: &str = ".onward-lock";

/// Whether SQLite takes this for something else than the name of a file: nothing, memory, or a URI.
pub(crate) fn is_special(path: &Path) -> bool {
    let name = path.to_string_lossy();
    name.is_empty() || name == ":memory:" || name.starts_with("file:")
}

/// The file that a path leads to, whichever of its names that is.
pub(crate) fn real(path: &Path) -> Option<PathBuf> {
    file(path).map(|file| std::fs::canonicalize(&file).unwrap_or(file))
}

/// The file as an operator finds it, wherever the process was started; `None` for a database in memory or a URI.
pub(crate) fn file(path: &Path) -> Option<PathBuf> {
    match is_special(path) {
        true => None,
        false => Some(std::path::absolute(path).unwrap_or_else(|_| path.to_owned())),
    }
}

/// A number that is another one in each call and process. std asks the system for the first one of a thread.
pub(crate) fn random() -> u64 {
    let mut hasher = RandomState::new().build_hasher();
    // A process that was forked off has the same state.
    hasher.write_u32(std::process::id());
    hasher.finish()
}
