//! A copy of the database before its first change, under a name of its own.

use std::io;
use std::path::{Path, PathBuf};

use onward_core::checksum::Checksum;
use rusqlite::backup::StepResult;
use rusqlite::{Connection, OpenFlags};

use crate::error::{self, Error, ErrorKind, Result, is_busy};
use crate::file::system::{self, beside};
use crate::file::{BESIDE, Name, Partial, is_special, random};
use crate::report::trace;
use crate::run::{Exclusive, Kept, Unnamed};
use crate::settings::Impatience;

/// A copy without its name.
struct Backup {
    /// What was asked for.
    to: PathBuf,
    place: Place,
    partial: Partial,
    /// When it was made.
    stamp: String,
    /// SQLite's number for what the connection saw: another one means that somebody else has written since
    /// (<https://www.sqlite.org/pragma.html#pragma_data_version>).
    seen: i64,
}

/// Copies what the connection sees, if possible while it keeps other writers out.
///
/// SQLite does not copy from a connection that writes, so another one reads the file
/// (<https://www.sqlite.org/c3ref/backup_finish.html#sqlite3backupstep>). Where no other one can, the connection itself is
/// read, after the transaction: with `locking_mode = EXCLUSIVE` or a VFS of its own, with a key, with a name that is not
/// UTF-8, or in memory.
pub(crate) fn back_up(
    conn: &Connection,
    file: Option<&Path>,
    keeping_out: Exclusive<'_>,
    to: &Path,
    pause: &mut dyn FnMut() -> Result<()>,
) -> Result<Box<dyn Unnamed>> {
    let seen = data_version(conn)?;
    let from = error::path(conn).or_else(|| file.map(Path::to_owned));
    let (place, partial, mut target) = begin(to, from.as_deref()).map_err(|error| failed(to, error))?;
    let copied = from.is_some_and(|from| {
        let reading = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        Connection::open_with_flags(from, reading).is_ok_and(|source| {
            // Nobody but this connection can be in its way.
            let _impatience = Impatience::of_new(&source);
            matches!(step(&source, &mut target), Ok(StepResult::Done))
        })
    });
    keeping_out.end_unchanged()?;
    if !copied {
        copy(conn, &mut target, pause).map_err(|error| {
            error.map(|kind| match kind {
                ErrorKind::Sqlite { source, .. } => failed_kind(to, source),
                kind => kind,
            })
        })?;
    }
    let stamp = close(target).map_err(|error| failed(to, error))?;
    Ok(Box::new(Backup { to: to.to_owned(), place, partial, stamp, seen }))
}

impl Unnamed for Backup {
    fn is_current(&self, conn: &Connection) -> Result<bool> {
        Ok(data_version(conn)? == self.seen)
    }

    fn keep(self: Box<Self>) -> Result<Box<dyn Kept>> {
        let to = self.to.clone();
        match self.put() {
            Ok(named) => Ok(Box::new(named)),
            Err(error) => Err(failed(&to, error)),
        }
    }
}

impl Backup {
    fn put(self) -> io::Result<Named> {
        let Backup { place, partial, stamp, .. } = self;
        let newest = place.copies().ok().and_then(|copies| copies.into_iter().next());
        if let Some(path) = newest.filter(|newest| system::are_same(partial.path(), newest).unwrap_or(false))
        {
            return Ok(Named { path, place });
        }
        let path = place.name(&stamp);
        partial.put(&path, Name::Random)?;
        Ok(Named { path, place })
    }
}

/// A copy that has its name.
struct Named {
    path: PathBuf,
    place: Place,
}

impl Kept for Named {
    fn path(&self) -> &Path {
        &self.path
    }

    fn keep_newest(&self, count: usize) {
        let removed = self.place.copies().and_then(|mut others| {
            others.retain(|other| *other != self.path);
            others.into_iter().skip(count.saturating_sub(1)).try_for_each(|other| system::remove(&other))
        });
        if let Err(error) = removed {
            trace::not_removed(&self.path, &error);
        }
    }
}

type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Copies a database that the connection has alone beside itself, before other contents replace its own.
///
/// # Errors
/// What is in the way of the copy; nothing has its name then.
pub fn put_by(conn: &Connection, db: &Path) -> std::result::Result<PathBuf, Cause> {
    let to = beside(db, ".before-restore");
    let (place, partial, mut target) = begin(&to, Some(&std::fs::canonicalize(db)?))?;
    if !matches!(step(conn, &mut target)?, StepResult::Done) {
        return Err("another connection is in the way".into());
    }
    let stamp = close(target)?;
    let seen = data_version(conn)?;
    Ok(Backup { to, place, partial, stamp, seen }.put()?.path)
}

/// Whether a path ends as copies that were made here do.
pub fn is_named_as_copy(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let length = 1 + STAMP.len() + 2 * (1 + MARK.len());
    name.len().checked_sub(length).and_then(|end| name.get(end..)).is_some_and(|end| mark(end).is_some())
}

/// An empty file for a copy, and a connection to it.
fn begin(to: &Path, from: Option<&Path>) -> std::result::Result<(Place, Partial, Connection), Cause> {
    let place = Place::find(to, from)?;
    let like = from.and_then(|from| std::fs::metadata(from).ok());
    let partial = Partial::beside(&place.prefix, like.as_ref())?;
    let target = Connection::open(partial.path())?;
    Ok((place, partial, target))
}

/// Ends the work on a copy, and tells the time.
fn close(target: Connection) -> rusqlite::Result<String> {
    let stamp = target.query_row("SELECT strftime('%Y%m%dT%H%M%fZ', 'now')", [], |row| row.get(0))?;
    target.close().map_err(|(_, error)| error)?;
    Ok(stamp)
}

fn failed(to: &Path, source: impl Into<Cause>) -> Error {
    failed_kind(to, source).into()
}

fn failed_kind(to: &Path, source: impl Into<Cause>) -> ErrorKind {
    ErrorKind::Backup { to: to.to_owned(), source: source.into() }
}

/// Where the copies of a database are: `<prefix>-<time>-<mark>-<chance>`.
struct Place {
    prefix: PathBuf,
    /// Eight digits of the database's path, so that copies of another one may lie there as well. None if it is in memory or
    /// its path is not known: which copies are of the same one is not known then.
    mark: Option<String>,
}

/// The time as `20261121T163000.123Z`, in digits, so that names are in the order of time.
const STAMP: &str = "00000000T000000.000Z";
const MARK: &str = "xxxxxxxx";

impl Place {
    /// The prefix is what was asked for, or the database's name in it, if that is a folder.
    fn find(to: &Path, from: Option<&Path>) -> io::Result<Place> {
        if is_special(to) {
            let what = "the path has to be the beginning of a file's name, or a folder";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, what));
        }
        let to = std::path::absolute(to)?;
        let prefix = match to.is_dir() {
            true => to.join(from.and_then(Path::file_name).unwrap_or("database".as_ref())),
            false => to,
        };
        let mark = from.map(|from| {
            // In digits it is one token, whatever is in it.
            let digits = from.as_os_str().as_encoded_bytes().iter().map(|byte| format!("{byte:02x}"));
            let mut mark = Checksum::of(&digits.collect::<String>()).to_string();
            mark.truncate(MARK.len());
            mark
        });
        Ok(Place { prefix, mark })
    }

    fn name(&self, stamp: &str) -> PathBuf {
        let mark = self.mark.clone().unwrap_or_else(|| "0".repeat(MARK.len()));
        beside(&self.prefix, &format!("-{stamp}-{mark}-{:08x}", random() as u32))
    }

    /// Whether a path is of the very form that copies of this database have.
    fn is_copy(&self, path: &Path) -> bool {
        let (Some(name), Some(prefix), Some(mark)) = (path.file_name(), self.prefix.file_name(), &self.mark)
        else {
            return false;
        };
        let rest = name.as_encoded_bytes().strip_prefix(prefix.as_encoded_bytes());
        let Some(rest) = rest.and_then(|rest| std::str::from_utf8(rest).ok()) else { return false };
        self::mark(rest).is_some_and(|of| of == mark)
    }

    /// The copies that nobody works with, the newest first.
    fn copies(&self) -> io::Result<Vec<PathBuf>> {
        let mut copies = Vec::new();
        for path in system::entries(system::folder(&self.prefix))? {
            if self.is_copy(&path)
                && system::look(&path)?.is_some_and(|metadata| metadata.is_file())
                && !BESIDE.iter().any(|suffix| system::exists(&beside(&path, suffix)).unwrap_or(true))
            {
                copies.push(path);
            }
        }
        copies.sort_unstable_by(|one, other| other.cmp(one));
        Ok(copies)
    }
}

/// The digits of the path in what comes behind the prefix of a copy; `None` if that is not of the very form.
fn mark(rest: &str) -> Option<&str> {
    let mut parts = rest.split('-');
    let (Some(""), Some(stamp), Some(mark), Some(chance), None) =
        (parts.next(), parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return None;
    };
    let digit = |char: char| if char.is_ascii_digit() { '0' } else { char };
    let is_hex =
        |text: &str| text.len() == MARK.len() && text.bytes().all(|byte| b"0123456789abcdef".contains(&byte));
    (stamp.chars().map(digit).eq(STAMP.chars()) && is_hex(mark) && is_hex(chance)).then_some(mark)
}

/// Copies one database over another with SQLite's backup API, as of one moment.
pub(crate) fn copy(
    from: &Connection,
    to: &mut Connection,
    pause: &mut dyn FnMut() -> Result<()>,
) -> Result<()> {
    loop {
        match step(from, to) {
            Ok(StepResult::Done) => return Ok(()),
            Ok(_) => pause()?,
            Err(error) if is_busy(&error) => pause()?,
            Err(error) => return Err(Error::sqlite("copy the database")(error)),
        }
    }
}

/// All in one step, so that the copy does not begin again whenever somebody writes.
fn step(from: &Connection, to: &mut Connection) -> rusqlite::Result<StepResult> {
    rusqlite::backup::Backup::new(from, to)?.step(-1)
}

fn data_version(conn: &Connection) -> Result<i64> {
    let reading = Error::sqlite("read the version of the data");
    conn.query_row("PRAGMA main.data_version", [], |row| row.get(0)).map_err(reading)
}
