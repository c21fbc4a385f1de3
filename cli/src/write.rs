//! Files that are never half written: each is made under a name of its own, and gets its name once it is whole.

use std::fs::{self, File, OpenOptions, Permissions, TryLockError};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::{Builder, TempPath};

/// How long another process may take to write two small files.
const PATIENCE: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(5);

/// Writes a new file, and makes the folders around it.
///
/// # Errors
/// What the file system says: [`ErrorKind::AlreadyExists`] if something has the name. Then nothing was written.
pub(crate) fn create(path: &Path, text: &str) -> io::Result<()> {
    let path = std::path::absolute(path)?;
    fs::create_dir_all(folder(&path))?;
    name(beside(&path, text, None)?, &path)
}

/// Writes a file anew, or for the first time. A link stays one: it may lead to where several folders have theirs.
///
/// # Errors
/// What the file system says. Then the file is as it was.
pub(crate) fn replace(path: &Path, text: &str) -> io::Result<()> {
    let (path, permissions) = found(path)?;
    Ok(beside(&path, text, permissions)?.persist(&path)?)
}

/// Waits until no other process of ours writes into this folder, and keeps them from it until what comes back is dropped. Where
/// the file system knows no locks, there is none.
///
/// # Errors
/// If another one has not ended in time.
pub(crate) fn alone(folder: &Path) -> io::Result<Option<File>> {
    let Ok(lock) = lockable(folder) else { return Ok(None) };
    let begin = Instant::now();
    loop {
        match lock.try_lock() {
            Ok(()) => return Ok(Some(lock)),
            Err(TryLockError::WouldBlock) if begin.elapsed() < PATIENCE => thread::sleep(PAUSE),
            Err(TryLockError::WouldBlock) => {
                return Err(io::Error::new(
                    ErrorKind::WouldBlock,
                    "another process is writing into the folder",
                ));
            }
            Err(TryLockError::Error(_)) => return Ok(None),
        }
    }
}

/// The folder itself: a lock on it ends with the process, and leaves nothing behind.
#[cfg(not(windows))]
fn lockable(folder: &Path) -> io::Result<File> {
    File::open(folder)
}

/// A folder cannot be locked, so it is a hidden file in it, which goes with its last handle.
#[cfg(windows)]
fn lockable(folder: &Path) -> io::Result<File> {
    use std::os::windows::fs::OpenOptionsExt;
    /// `FILE_FLAG_DELETE_ON_CLOSE`
    const GOES: u32 = 0x0400_0000;
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false).custom_flags(GOES);
    options.open(folder.join(".onward-writing"))
}

/// Whether a file still has this text, or is still not there if it is empty.
pub(crate) fn is_still(path: &Path, text: &str) -> bool {
    let is = fs::read_to_string(path).unwrap_or_default();
    is.strip_prefix('\u{feff}').unwrap_or(&is) == text
}

/// Whether [`replace`] may write there.
///
/// # Errors
/// Why it may not.
pub(crate) fn can_replace(path: &Path) -> io::Result<()> {
    found(path).map(drop)
}

/// The file that is to be replaced, through a link, and its permissions, if it is there.
fn found(path: &Path) -> io::Result<(PathBuf, Option<Permissions>)> {
    let path = match fs::symlink_metadata(path) {
        Ok(found) if found.is_symlink() => fs::canonicalize(path)
            .map_err(|error| io::Error::new(error.kind(), format!("the link points to nothing: {error}")))?,
        _ => std::path::absolute(path)?,
    };
    // Whoever may change the folder could put another file in the place of one that nobody may write.
    match OpenOptions::new().write(true).open(&path) {
        Ok(file) => Ok((path, Some(file.metadata()?.permissions()))),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok((path, None)),
        Err(error) => Err(error),
    }
}

/// Gives a finished file its name. Nothing that has the name is replaced.
///
/// # Errors
/// As [`create`].
pub(crate) fn name(made: TempPath, path: &Path) -> io::Result<()> {
    match made.persist_noclobber(path) {
        Ok(()) => Ok(()),
        // Some file systems know neither links nor a way to rename that replaces nothing.
        Err(failed) if failed.error.kind() != ErrorKind::AlreadyExists && !path.exists() => {
            Ok(failed.path.persist(path)?)
        }
        Err(failed) => Err(failed.error),
    }
}

/// A finished file in the same folder. Its name is hidden, so that nobody takes what a kill leaves for a migration.
fn beside(path: &Path, text: &str, permissions: Option<Permissions>) -> io::Result<TempPath> {
    let mut builder = Builder::new();
    builder.prefix(".onward-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // As any other new file: the umask takes from these.
        builder.permissions(Permissions::from_mode(0o666));
    }
    let mut made = builder.tempfile_in(folder(path))?;
    made.write_all(text.as_bytes())?;
    let file: &File = made.as_file();
    permissions.map_or(Ok(()), |permissions| file.set_permissions(permissions))?;
    file.sync_all()?;
    Ok(made.into_temp_path())
}

fn folder(path: &Path) -> &Path {
    path.parent().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap().flatten();
        let mut names: Vec<_> = entries.map(|entry| entry.file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn what_is_there_is_not_replaced_by_what_is_new() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("more/a.sql");
        create(&path, "first").unwrap();
        assert_eq!(create(&path, "second").unwrap_err().kind(), ErrorKind::AlreadyExists);
        assert_eq!(fs::read_to_string(&path).unwrap(), "first");
        assert_eq!(names(path.parent().unwrap()), ["a.sql"]);
        fs::create_dir(dir.path().join("b.sql")).unwrap();
        assert!(create(&dir.path().join("b.sql"), "").is_err());
    }

    #[test]
    fn what_is_replaced_is_replaced_whole() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("onward.lock");
        for text in ["first", "and second"] {
            replace(&path, text).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
        assert_eq!(names(dir.path()), ["onward.lock"]);
    }

    #[test]
    fn what_is_read_and_written_alone_is_not_lost() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("onward.lock");
        let add = || {
            for _ in 0..50 {
                let alone = alone(dir.path()).unwrap();
                let text = fs::read_to_string(&path).unwrap_or_default();
                replace(&path, &format!("{text}x")).unwrap();
                drop(alone);
            }
        };
        thread::scope(|scope| (0..4).for_each(|_| drop(scope.spawn(add))));
        assert_eq!(fs::read_to_string(&path).unwrap().len(), 200);
        assert_eq!(names(dir.path()), ["onward.lock"]);
    }

    #[cfg(unix)]
    #[test]
    fn permissions_stay_and_new_files_are_as_any_other() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let mode = |name: &str| fs::metadata(dir.path().join(name)).unwrap().permissions().mode();
        fs::write(dir.path().join("plain"), "").unwrap();
        create(&dir.path().join("new"), "").unwrap();
        assert_eq!(mode("new"), mode("plain"));
        fs::set_permissions(dir.path().join("plain"), Permissions::from_mode(0o640)).unwrap();
        replace(&dir.path().join("plain"), "text").unwrap();
        assert_eq!(mode("plain") & 0o777, 0o640);
    }
}
