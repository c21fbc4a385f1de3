//! A file that is made under a name of its own, and gets the right one when it is whole.

use std::fs::{File, Metadata};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::name::{BESIDE, random};
use super::system::{self, beside};
use crate::error::Leftover;

/// Who else may make a file of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Name {
    /// Anybody: the user has chosen it.
    #[cfg(any(test, feature = "snapshot"))]
    Chosen,
    /// Nobody: it has been left to chance.
    Random,
}

/// How its name ends, behind sixteen digits.
pub(crate) const PARTIAL: &str = ".partial";

/// A file that is not whole yet. Dropped, its name is removed, whether it has got another one or not.
pub(crate) struct Partial {
    path: PathBuf,
    file: File,
}

impl Partial {
    /// An empty file beside this name, for the same users as another file.
    pub(crate) fn beside(name: &Path, like: Option<&Metadata>) -> io::Result<Partial> {
        // Two containers that share the folder may well have processes of one number.
        let path = beside(name, &format!(".{:016x}{PARTIAL}", random()));
        let file = system::create(&path, like)?;
        Ok(Partial { path, file })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Writes the whole of it.
    #[cfg(any(test, feature = "snapshot"))]
    pub(crate) fn write(&self, bytes: &[u8]) -> io::Result<()> {
        system::write(&self.file, &self.path, bytes)
    }

    /// Gives the file, which nobody else has open, its name. Nothing is ever replaced.
    ///
    /// # Errors
    /// Of the kind `AlreadyExists` if something has that name; a [`Leftover`] if something lies there that SQLite would
    /// take for the file's own.
    pub(crate) fn put(self, to: &Path, name: Name) -> io::Result<()> {
        system::sync(&self.file, &self.path)?;
        for suffix in BESIDE {
            let path = beside(to, suffix);
            if system::exists(&path)? {
                return Err(io::Error::other(Leftover(path)));
            }
        }
        match system::link(&self.path, to) {
            // Some file systems have no links. A rename would replace what others make meanwhile.
            Err(error)
                if name == Name::Random
                    && error.kind() != ErrorKind::AlreadyExists
                    && !system::exists(to)? =>
            {
                system::rename(&self.path, to)?;
            }
            outcome => outcome?,
        }
        // The name must not be lost with the power when what comes after it is not.
        system::sync_name(to)
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        let _ = system::remove(&self.path);
        // And the journal of a copy that was broken off, should SQLite have failed to remove it.
        let journal = beside(&self.path, BESIDE[0]);
        if matches!(system::exists(&journal), Ok(true)) {
            let _ = system::remove(&journal);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = system::entries(folder).unwrap();
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
