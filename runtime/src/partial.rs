//! A file that is made under a name of its own, and gets the right one when it is whole.

use std::fmt;
use std::fs::{File, Metadata};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use crate::files::{self, beside};
use crate::message::shown;

/// What SQLite keeps beside a database, and takes for its own whenever it opens one of that name.
pub(crate) const BESIDE: [&str; 3] = ["-journal", "-wal", "-shm"];

/// Who else may make a file of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Name {
    /// Anybody: the user has chosen it.
    #[cfg(any(test, feature = "snapshot"))]
    Chosen,
    /// Nobody: it has been left to chance.
    Random,
}

/// A file that is not whole yet. Dropped, its name is removed, whether it has got another one or not.
pub(crate) struct Partial {
    path: PathBuf,
    file: File,
}

impl Partial {
    /// An empty file beside this name, for the same users as another file.
    pub(crate) fn beside(name: &Path, like: Option<&Metadata>) -> io::Result<Partial> {
        // Two containers that share the folder may well have processes of one number.
        let path = beside(name, &format!(".{:016x}.partial", random()));
        let file = files::create(&path, like)?;
        Ok(Partial { path, file })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Writes the whole of it.
    #[cfg(any(test, feature = "snapshot"))]
    pub(crate) fn write(&self, bytes: &[u8]) -> io::Result<()> {
        files::write(&self.file, &self.path, bytes)
    }

    /// Gives the file, which nobody else has open, its name. Nothing is ever replaced.
    ///
    /// # Errors
    /// Of the kind `AlreadyExists` if something has that name; a [`Leftover`] if something lies there that SQLite would
    /// take for the file's own.
    pub(crate) fn put(self, to: &Path, name: Name) -> io::Result<()> {
        files::sync(&self.file, &self.path)?;
        for suffix in BESIDE {
            let path = beside(to, suffix);
            if files::exists(&path)? {
                return Err(io::Error::other(Leftover(path)));
            }
        }
        match files::link(&self.path, to) {
            // Some file systems have no links. A rename would replace what others make meanwhile.
            Err(error)
                if name == Name::Random
                    && error.kind() != ErrorKind::AlreadyExists
                    && !files::exists(to)? =>
            {
                files::rename(&self.path, to)?;
            }
            outcome => outcome?,
        }
        // The name must not be lost with the power when what comes after it is not.
        files::sync_name(to)
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        let _ = files::remove(&self.path);
        // And the journal of a copy that was broken off, should SQLite have failed to remove it.
        let journal = beside(&self.path, BESIDE[0]);
        if matches!(files::exists(&journal), Ok(true)) {
            let _ = files::remove(&journal);
        }
    }
}

/// A file of a database that is gone, where another one is to be put.
#[derive(Debug)]
pub(crate) struct Leftover(PathBuf);

impl Leftover {
    pub(crate) fn is(error: &io::Error) -> bool {
        error.get_ref().is_some_and(|inner| inner.is::<Leftover>())
    }
}

impl std::error::Error for Leftover {}

impl fmt::Display for Leftover {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` lies there, of a database that is gone, and SQLite would take it for the new one's",
            shown(&self.0)
        )
    }
}

/// A number that is another one in each call and process. std asks the system for the first one of a thread.
pub(crate) fn random() -> u64 {
    let mut hasher = RandomState::new().build_hasher();
    // A process that was forked off has the same state.
    hasher.write_u32(std::process::id());
    hasher.finish()
}

/// Whether SQLite takes this for something else than the name of a file: nothing, memory, or a URI.
pub(crate) fn is_special(path: &Path) -> bool {
    let name = path.to_string_lossy();
    name.is_empty() || name == ":memory:" || name.starts_with("file:")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = files::entries(folder).unwrap();
        let mut names: Vec<_> =
            entries.iter().map(|path| path.file_name().unwrap().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    #[test]
    fn nothing_is_replaced_and_nothing_left() {
        let folder = tempfile::tempdir().unwrap();
        let to = folder.path().join("a.db");
        for name in [Name::Chosen, Name::Random] {
            std::fs::write(&to, "somebody's").unwrap();
            let partial = Partial::beside(&to, None).unwrap();
            partial.write(b"ours").unwrap();
            assert_eq!(names(folder.path()).len(), 2);
            assert_eq!(partial.put(&to, name).unwrap_err().kind(), ErrorKind::AlreadyExists);
            assert_eq!(std::fs::read(&to).unwrap(), b"somebody's");
            assert_eq!(names(folder.path()), ["a.db"]);
            std::fs::remove_file(&to).unwrap();
        }
    }

    #[test]
    fn what_sqlite_would_apply_is_in_the_way() {
        for suffix in BESIDE {
            let folder = tempfile::tempdir().unwrap();
            let to = folder.path().join("a.db");
            std::fs::write(beside(&to, suffix), "old").unwrap();
            let error = Partial::beside(&to, None).unwrap().put(&to, Name::Chosen).unwrap_err();
            assert!(Leftover::is(&error) && error.to_string().contains(suffix), "{error}");
            assert_eq!(names(folder.path()), [format!("a.db{suffix}")]);
        }
    }

    #[test]
    fn no_two_names_are_alike() {
        let folder = tempfile::tempdir().unwrap();
        let name = folder.path().join("a.db");
        let partials: Vec<_> = (0..100).map(|_| Partial::beside(&name, None).unwrap()).collect();
        assert_eq!(names(folder.path()).len(), 100);
        drop(partials);
        assert!(names(folder.path()).is_empty());
    }
}
