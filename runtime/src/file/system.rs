//! What is asked of the file system beside SQLite, each call in one place, so that tests can count, fail and remember it.

use std::fs::{self, File, Metadata, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// One call.
#[derive(Debug, Clone, Copy)]
pub enum FileCall<'p> {
    /// What lies under this name, or what is in this file or folder.
    Look(&'p Path),
    /// Opens a file, and makes it if it is not there.
    Open(&'p Path),
    /// Makes a file that is not there.
    Create(&'p Path),
    /// Locks an open file.
    Lock(&'p Path),
    /// Writes these bytes to an empty file.
    Write(&'p Path, &'p [u8]),
    /// Empties a file.
    Empty(&'p Path),
    /// Syncs a file.
    Sync(&'p Path),
    /// Syncs the names of a folder.
    SyncFolder(&'p Path),
    /// Gives a file a second name.
    Link(&'p Path, &'p Path),
    /// Gives a file another name.
    Rename(&'p Path, &'p Path),
    /// Removes a name.
    Remove(&'p Path),
}

/// Is told of each call before it, when it may fail it, and again when it has succeeded.
pub(crate) type Hook = fn(FileCall<'_>, done: bool) -> io::Result<()>;

static HOOK: OnceLock<Hook> = OnceLock::new();

/// Tells this function of every call from now on; only the first one is heard.
pub fn watch_files(hook: Hook) {
    let _ = HOOK.set(hook);
}

fn through<T>(call: FileCall<'_>, run: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    let Some(hook) = HOOK.get() else { return run() };
    hook(call, false)?;
    let result = run()?;
    hook(call, true)?;
    Ok(result)
}

/// What lies under this name itself, were it a link; `None` if nothing does.
pub(crate) fn look(path: &Path) -> io::Result<Option<Metadata>> {
    through(FileCall::Look(path), || match fs::symlink_metadata(path) {
        Ok(metadata) => Ok(Some(metadata)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    })
}

pub(crate) fn exists(path: &Path) -> io::Result<bool> {
    look(path).map(|metadata| metadata.is_some())
}

/// Where a name leads, if it is a link.
pub(crate) fn read_link(path: &Path) -> io::Result<Option<PathBuf>> {
    match look(path)?.is_some_and(|metadata| metadata.is_symlink()) {
        true => through(FileCall::Look(path), || fs::read_link(path)).map(Some),
        false => Ok(None),
    }
}

/// The paths of everything in a folder.
pub(crate) fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    through(FileCall::Look(folder), || fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect())
}

/// Opens a file to read and write, and makes it if it is not there.
pub(crate) fn open(path: &Path) -> io::Result<File> {
    through(FileCall::Open(path), || {
        OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)
    })
}

/// Makes a file that is not there, and which nobody may use who may not use the other one.
pub(crate) fn create(path: &Path, like: Option<&Metadata>) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if let Some(like) = like {
        use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
        options.mode(like.mode() & 0o777);
    }
    #[cfg(not(unix))]
    let _ = like;
    through(FileCall::Create(path), || options.open(path))
}

/// Locks an open file in this way, unless somebody else has it locked.
pub(crate) fn try_lock(
    file: &File,
    path: &Path,
    lock: fn(&File) -> Result<(), TryLockError>,
) -> io::Result<bool> {
    through(FileCall::Lock(path), || match lock(file) {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(error),
    })
}

/// The first part of what an open file holds: no more is ever written by us.
pub(crate) fn read(mut file: &File, path: &Path) -> io::Result<Vec<u8>> {
    const LONGEST: u64 = 1 << 16;
    through(FileCall::Look(path), || {
        let mut bytes = Vec::new();
        file.rewind()?;
        file.take(LONGEST).read_to_end(&mut bytes)?;
        Ok(bytes)
    })
}

/// Whether two files have the same bytes.
pub(crate) fn are_same(one: &Path, other: &Path) -> io::Result<bool> {
    through(FileCall::Look(other), || {
        let (mut one, mut other) = (File::open(one)?, File::open(other)?);
        if one.metadata()?.len() != other.metadata()?.len() {
            return Ok(false);
        }
        let (mut these, mut those) = (vec![0; 1 << 16], vec![0; 1 << 16]);
        loop {
            let count = one.read(&mut these)?;
            other.read_exact(&mut those[..count])?;
            if count == 0 || these[..count] != those[..count] {
                return Ok(count == 0);
            }
        }
    })
}

/// Writes to an open file that is empty.
pub(crate) fn write(mut file: &File, path: &Path, bytes: &[u8]) -> io::Result<()> {
    through(FileCall::Write(path, bytes), || {
        file.rewind()?;
        file.write_all(bytes)
    })
}

pub(crate) fn empty(file: &File, path: &Path) -> io::Result<()> {
    through(FileCall::Empty(path), || file.set_len(0))
}

pub(crate) fn sync(file: &File, path: &Path) -> io::Result<()> {
    through(FileCall::Sync(path), || file.sync_all())
}

/// Sees to it that the name of this file, or that it is gone, outlasts a power cut, where a folder can be synced.
pub(crate) fn sync_name(path: &Path) -> io::Result<()> {
    let folder = folder(path);
    through(FileCall::SyncFolder(folder), || {
        // Elsewhere a folder cannot be opened, and need not be; SQLite does without where it may not be.
        #[cfg(unix)]
        if let Ok(folder) = File::open(folder) {
            return match folder.sync_all() {
                // Some file systems have nothing to sync there.
                Err(error)
                    if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) =>
                {
                    Ok(())
                }
                outcome => outcome,
            };
        }
        Ok(())
    })
}

/// Gives a file a second name, which nothing has yet.
pub(crate) fn link(from: &Path, to: &Path) -> io::Result<()> {
    through(FileCall::Link(from, to), || fs::hard_link(from, to))
}

/// Gives a file another name. What has that name would be replaced.
pub(crate) fn rename(from: &Path, to: &Path) -> io::Result<()> {
    through(FileCall::Rename(from, to), || fs::rename(from, to))
}

pub(crate) fn remove(path: &Path) -> io::Result<()> {
    through(FileCall::Remove(path), || fs::remove_file(path))
}

/// The folder that a name is in, the current one for a bare name.
pub(crate) fn folder(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// The path with this behind its last name.
pub(crate) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}
