//! Moves a database aside with all that belongs to it, so that a kill between any two calls loses nothing.
//!
//! The lock file says what is about to be done before it is. Then each file gets its new name beside the old one, the
//! database last, so that it is whole under the old name until it is whole under the new one. The old name of the database
//! goes first, and those of its journal and WAL after it: SQLite removes what it finds beside a database that is not there,
//! which is then no more than a name. Whoever comes next takes back what had not come that far, or finishes.

use std::fs::{File, Metadata};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::intent::{How, Intent, UNUSABLE};
use super::name::{BESIDE, CONTENTS, SHARED};
use super::system::{self, beside};
use crate::error::Begun;
use crate::report::Recreated;

/// Why it could not be moved, and where it is if it was all the same.
type Failure = (Option<PathBuf>, io::Error);

/// Whether somebody has begun to move the database and was killed, or a file of a database is there and the database is
/// not.
pub(crate) fn is_begun(database: &Path, file: &File, lock: &Path) -> io::Result<bool> {
    Ok(!system::read(file, lock)?.is_empty() || has_orphans(database)?)
}

/// Moves it, and says where to.
pub(crate) fn begin(database: &Path, file: &File, lock: &Path, reason: &str) -> Result<PathBuf, Failure> {
    let unmoved = |error| (None, error);
    if !system::look(database).map_err(unmoved)?.is_some_and(|metadata| metadata.is_file()) {
        return Err((None, io::Error::new(ErrorKind::InvalidInput, "it is not a regular file")));
    }
    let suffix = free(database).map_err(unmoved)?;
    let to = beside(database, &suffix);
    let mut intent = Intent { how: How::Links, suffix, reason: reason.to_owned() };
    intent.write(database, file, lock).map_err(unmoved)?;
    let moved = match link_all(database, &to) {
        Err(error) if is_without_links(&error) => {
            intent.how = How::Renames;
            intent.write(database, file, lock).and_then(|()| rename_all(database, &to))
        }
        linked => linked.and_then(|()| system::remove(database)),
    };
    if let Err(error) = moved {
        return Err(match undo(intent.how, database, &to) {
            Ok(true) => (system::empty(file, lock).ok().and(None), error),
            Ok(false) => (Some(to), error),
            // Both have one cause, and the next start does it.
            Err(_) => (None, Begun::because(error, to, matches!(intent.how, How::Links))),
        });
    }
    match clear_away(database, &to).and_then(|()| system::empty(file, lock)) {
        Ok(()) => Ok(to),
        Err(error) => Err((Some(to), error)),
    }
}

/// Makes everything as it was, unless the database has gone by now.
fn undo(how: How, database: &Path, to: &Path) -> io::Result<bool> {
    if !system::exists(database)? {
        return Ok(false);
    }
    match how {
        How::Links => take_back(database, to)?,
        How::Renames => {
            rename_beside(to, database)?;
            system::sync_name(database)?;
        }
    }
    Ok(true)
}

/// Finishes or takes back what a process was about to do that was killed, and says what was moved, if it has left no
/// database.
pub(crate) fn finish(database: &Path, file: &File, lock: &Path) -> io::Result<Option<Recreated>> {
    let intent = Intent::parse(&system::read(file, lock)?);
    let mut recreated = None;
    if let Some(Intent { how, suffix, reason }) = intent {
        let to = beside(database, &suffix);
        let is_moved = system::exists(&to)? && !is_same(database, &to)?;
        match how {
            How::Links if is_moved => clear_away(database, &to)?,
            How::Links => take_back(database, &to)?,
            How::Renames if !is_moved && has_any(&to)? => rename_all(database, &to)?,
            How::Renames => {}
        }
        if !system::exists(database)? && system::exists(&to)? {
            recreated = Some(Recreated { moved_to: to, reason });
        }
    }
    if has_orphans(database)? {
        // Without their database they are of no use to SQLite, which would remove them.
        let to = beside(database, &free(database)?);
        rename_beside(database, &to)?;
        system::sync_name(database)?;
    }
    system::empty(file, lock)?;
    Ok(recreated)
}

/// Gives everything its second name, the database last.
fn link_all(database: &Path, to: &Path) -> io::Result<()> {
    for suffix in CONTENTS {
        let from = beside(database, suffix);
        if let Some(found) = system::look(&from)? {
            if found.len() == 0 {
                fill(&from)?;
            }
            system::link(&from, &beside(to, suffix))?;
        }
    }
    system::link(database, to)?;
    system::sync_name(database)
}

/// Writes a zero into an empty journal or WAL. What SQLite finds beside a database that is not there it removes, unless it
/// is empty: that it would go on to write to, and so write into the file of the database that has moved. With one zero
/// in it, either file says as much as an empty one: a journal is not hot, and a WAL has no frames
/// (<https://www.sqlite.org/fileformat2.html#the_rollback_journal>).
fn fill(path: &Path) -> io::Result<()> {
    let file = system::open(path)?;
    system::write(&file, path, &[0])?;
    system::sync(&file, path)
}

/// Removes the second names, the database's first; what has become another file since is left alone.
fn take_back(database: &Path, to: &Path) -> io::Result<()> {
    for suffix in ["", CONTENTS[0], CONTENTS[1]] {
        let (old, new) = (beside(database, suffix), beside(to, suffix));
        if is_same(&old, &new)? {
            system::remove(&new)?;
        }
    }
    system::sync_name(database)
}

/// Removes the old names of what belongs to a database that has gone.
fn clear_away(database: &Path, to: &Path) -> io::Result<()> {
    // A journal must not be gone after a power cut, and its database be there again.
    system::sync_name(database)?;
    let (shared, new) = (beside(database, SHARED), beside(to, SHARED));
    if !system::exists(database)? && system::exists(&shared)? && !system::exists(&new)? {
        system::rename(&shared, &new)?;
    }
    for suffix in CONTENTS {
        let old = beside(database, suffix);
        if is_same(&old, &beside(to, suffix))? {
            system::remove(&old)?;
        }
    }
    system::sync_name(database)
}

/// Gives everything another name, the database last: until then, the next one to come can go on.
fn rename_all(database: &Path, to: &Path) -> io::Result<()> {
    rename_beside(database, to)?;
    if system::exists(database)? {
        system::rename(database, to)?;
    }
    system::sync_name(database)
}

fn rename_beside(database: &Path, to: &Path) -> io::Result<()> {
    for suffix in BESIDE {
        let (from, to) = (beside(database, suffix), beside(to, suffix));
        if system::exists(&from)? && !system::exists(&to)? {
            system::rename(&from, &to)?;
        }
    }
    Ok(())
}

/// Whether a journal or a WAL lies where no database is.
fn has_orphans(database: &Path) -> io::Result<bool> {
    if system::exists(database)? {
        return Ok(false);
    }
    for suffix in CONTENTS {
        if system::look(&beside(database, suffix))?.is_some_and(|metadata| metadata.len() > 0) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether anything that could belong to a database of this name is there.
fn has_any(database: &Path) -> io::Result<bool> {
    for suffix in BESIDE.into_iter().chain([""]) {
        if system::exists(&beside(database, suffix))? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What makes a name beside the file that nothing has, nor anything that would belong to it.
fn free(database: &Path) -> io::Result<String> {
    let seconds = std::time::UNIX_EPOCH.elapsed().unwrap_or_default().as_secs();
    let mut suffix = format!("{UNUSABLE}{seconds}");
    for count in 1_u32.. {
        if !has_any(&beside(database, &suffix))? {
            break;
        }
        suffix = format!("{UNUSABLE}{seconds}-{count}");
    }
    Ok(suffix)
}

/// Whether two names are of one file.
fn is_same(one: &Path, other: &Path) -> io::Result<bool> {
    let identity = |metadata: Metadata| {
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt;
            (metadata.dev(), metadata.ino())
        }
        // std has no stable number of a file there; names of one file have one set of these.
        #[cfg(not(unix))]
        {
            (metadata.len(), metadata.created().ok(), metadata.modified().ok())
        }
    };
    Ok(match (system::look(one)?, system::look(other)?) {
        (Some(one), Some(other)) => identity(one) == identity(other),
        _ => false,
    })
}

/// EPERM, as Linux says it, or ERROR_INVALID_FUNCTION, as Windows does, on a file system that has none.
fn is_without_links(error: &io::Error) -> bool {
    error.kind() == ErrorKind::Unsupported || error.raw_os_error() == Some(1)
}

/// The file that a name leads to, whether it is there or not, with no more links in its last part: a link is not what is
/// to be moved.
pub(crate) fn behind_links(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    // As many as Linux follows.
    for _ in 0..40 {
        match system::read_link(&path)? {
            Some(to) => path = system::folder(&path).join(to),
            None => return Ok(path),
        }
    }
    Err(io::Error::new(ErrorKind::InvalidInput, "too many links lead on from here"))
}
