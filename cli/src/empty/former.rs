//! The file that is there already, and may be replaced.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::Path;

use anyhow::{Context, anyhow, bail, ensure};
use onward::rusqlite::{Connection, OpenFlags};
use onward_core::checksum::Checksum;

use crate::{database, output};

/// Whether something is there, which may go then.
///
/// # Errors
/// If it may not: this command did not make it, or somebody has written to it since.
pub(super) fn look(place: &Path) -> anyhow::Result<bool> {
    nothing_beside(place)?;
    let metadata = match fs::metadata(place) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
        found => {
            found.with_context(|| format!("cannot look at {}; nothing was changed", output::path(place)))?
        }
    };
    database::is_file(place, &metadata)?;
    let cannot = || format!("cannot read {}; nothing was changed", output::path(place));
    is_untouched(place, &mut File::open(place).with_context(cannot)?)?;
    Ok(true)
}

/// A file that may be replaced, and that nobody else reads or writes meanwhile.
pub(super) struct Former {
    conn: Connection,
    /// Where one of a process's handles of a file is closed, POSIX takes away all its locks: this one is read under the
    /// lock of the connection, and closed after it.
    file: File,
}

impl Former {
    /// Waits for those who use it. `None` if another file has its name since.
    ///
    /// # Errors
    /// If somebody keeps it locked, or has written to it.
    pub(super) fn lock(place: &Path) -> anyhow::Result<Option<Former>> {
        let shown = output::path(place);
        let file = match OpenOptions::new().read(true).write(true).open(place) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            opened => opened.with_context(|| format!("cannot lock {shown}; nothing was changed"))?,
        };
        let conn = database::open(place, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        let mut former = Former { conn, file };
        former.conn.execute_batch("BEGIN EXCLUSIVE").map_err(|error| {
            anyhow!(
                "somebody uses {shown}: {error}; nothing was changed\nhelp: end the transaction that is open on it, or stop the \
                 program, and run this again"
            )
        })?;
        if !is_at(&former.file, place) {
            return Ok(None);
        }
        nothing_beside(place)?;
        is_untouched(place, &mut former.file)?;
        Ok(Some(former))
    }

    /// Gives its name to another file, at once.
    pub(super) fn replace(self, made: &Path, place: &Path) -> io::Result<()> {
        // Windows renames nothing over a file that is open, and so over none that somebody else has open.
        let held = if cfg!(windows) {
            drop((self.conn, self.file));
            None
        } else {
            Some((self.conn, self.file))
        };
        let renamed = fs::rename(made, place);
        drop(held);
        renamed
    }
}

/// Whether the name still leads to this file.
fn is_at(file: &File, place: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let number = |found: fs::Metadata| (found.dev(), found.ino());
        let (this, there) = (file.metadata().map(number), fs::metadata(place).map(number));
        matches!((this, there), (Ok(this), Ok(there)) if this == there)
    }
    #[cfg(not(unix))]
    {
        file.metadata().is_ok() && place.exists()
    }
}

/// Refuses a file that SQLite would take for a part of the new database.
fn nothing_beside(place: &Path) -> anyhow::Result<()> {
    for suffix in ["-journal", "-wal", "-shm"] {
        let mut name = place.as_os_str().to_owned();
        name.push(suffix);
        if fs::symlink_metadata(&name).is_err_and(|error| error.kind() == ErrorKind::NotFound) {
            continue;
        }
        let (beside, shown) = (output::path(name.as_ref()), output::path(place));
        ensure!(
            fs::symlink_metadata(place).is_err(),
            "{beside} belongs to {shown}: a program uses that database, or was killed, and rows may be in there alone; nothing was \
             changed\nhelp: stop the programs that use it, or name another file; do not delete {beside}"
        );
        bail!(
            "{beside} is there without its database, and SQLite would take it for a part of the new one; nothing was changed\nhelp: \
             name another file, or move it away"
        );
    }
    Ok(())
}

fn is_untouched(place: &Path, file: &mut File) -> anyhow::Result<()> {
    let shown = output::path(place);
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(0))
        .and_then(|_| file.read_to_end(&mut bytes))
        .with_context(|| format!("cannot read {shown}; nothing was changed"))?;
    ensure!(
        bytes.get(MARK).is_some_and(|mark| mark == self::mark(&bytes)),
        "{shown} is there, and is not as this command leaves a database: it may hold what somebody needs; nothing was \
         changed\nhelp: name another file, or move it away"
    );
    Ok(())
}

/// Where SQLite keeps a number for the application (<https://www.sqlite.org/fileformat.html#application_id>).
const MARK: Range<usize> = 68..72;

/// What stands there in a database that this has made: it follows from all the other bytes, so that a row that somebody
/// has written, or has written and removed, leaves another one than it has.
fn mark(bytes: &[u8]) -> [u8; 4] {
    let others = bytes.iter().enumerate().filter(|(at, _)| !MARK.contains(at));
    // In digits it is one token, whatever is in it.
    let digits: String = others.map(|(_, byte)| format!("{byte:02x}")).collect();
    let [first, second, third, fourth, ..] = Checksum::of(&digits).0;
    [first, second, third, fourth]
}

/// Marks what was made.
pub(super) fn seal(made: &Path) -> io::Result<()> {
    let mark = mark(&fs::read(made)?);
    let mut file = OpenOptions::new().write(true).open(made)?;
    file.seek(SeekFrom::Start(MARK.start as u64))?;
    file.write_all(&mark)?;
    file.sync_all()
}
