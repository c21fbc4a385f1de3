//! A folder as one text: each file stands behind a line `--- <its path>`.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};

use tempfile::TempDir;

/// How many files a folder may have.
const FILES: usize = 12;

/// Writes the files of an input below a new folder.
pub fn write(input: &[u8]) -> TempDir {
    let dir = folder();
    for (path, bytes) in files(input) {
        let path = dir.path().join(path);
        // Two names may need the same place, or one may be too long: then the folder is without it.
        let _ = path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(&path, bytes));
    }
    dir
}

/// An empty folder, in memory where there is a place for that.
pub fn folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    let made = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    made.expect("a folder can be made")
}

/// Everything below a folder, with lengths, sorted.
pub fn listed(dir: &Path) -> io::Result<Vec<(PathBuf, u64)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(listed(&path)?);
        }
        let length = fs::symlink_metadata(&path)?.len();
        found.push((path, length));
    }
    found.sort();
    Ok(found)
}

fn files(input: &[u8]) -> Vec<(PathBuf, &[u8])> {
    let mut files = Vec::new();
    let mut rest = input;
    while let Some(start) = header(rest).filter(|_| files.len() < FILES) {
        let name = &rest[start + HEADER.len()..];
        let line = name.iter().position(|&byte| byte == b'\n').unwrap_or(name.len());
        let body = name.get(line + 1..).unwrap_or_default();
        let end = header(body).unwrap_or(body.len());
        let path = Path::new(OsStr::from_bytes(&name[..line]));
        let inside = path.components().all(|part| matches!(part, Component::Normal(_)));
        if inside && line > 0 && !name[..line].contains(&0) {
            files.push((path.to_owned(), &body[..end]));
        }
        rest = &body[end..];
    }
    files
}

const HEADER: &[u8] = b"--- ";

/// The next line that names a file.
fn header(text: &[u8]) -> Option<usize> {
    let starts = |at: usize| at == 0 || text[at - 1] == b'\n';
    text.windows(HEADER.len()).enumerate().position(|(at, window)| window == HEADER && starts(at))
}
