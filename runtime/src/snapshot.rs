//! A database with all migrations applied and nothing else in it, embedded in the program.

use std::fmt;
use std::io::{self, Read};
use std::path::Path;

use onward_schema::driver;
use rusqlite::{Connection, MAIN_DB};

use crate::error::{Error, ErrorKind, Result};
use crate::file::{Name, Partial, is_special};

/// What [`snapshot!`](crate::snapshot) expands to: the database that the migrations make of an empty one, with its
/// ledger, as the replay left it while the application compiled. To open it, no migration runs.
///
/// ```
/// use onward::{Migrations, Snapshot, migrations, snapshot};
///
/// static MIGRATIONS: Migrations = migrations!("../migrations");
/// static EMPTY: Snapshot = snapshot!("../migrations");
///
/// # fn main() -> Result<(), onward::Error> {
/// let mut conn = EMPTY.open_in_memory()?;
/// assert!(MIGRATIONS.apply(&mut conn)?.is_up_to_date());
/// # Ok(()) }
/// ```
///
/// Hooks, `migrations!(after = { … })`, have not run in it: in an empty database they mostly find nothing to do. They count as
/// run, since their migrations have.
#[derive(Clone, Copy)]
pub struct Snapshot {
    size: usize,
    /// Where which bytes are; all others are zero.
    parts: &'static [(usize, &'static [u8])],
    /// Where the ledger has the time at which a migration ran.
    times: &'static [usize],
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Snapshot").field("size", &self.size).finish_non_exhaustive()
    }
}

impl Snapshot {
    pub(crate) const fn new(
        size: usize,
        parts: &'static [(usize, &'static [u8])],
        times: &'static [usize],
    ) -> Snapshot {
        Snapshot { size, parts, times }
    }

    /// A database in memory of one's own, which may grow to a gigabyte.
    ///
    /// ```
    /// static EMPTY: onward::Snapshot = onward::snapshot!("../migrations");
    ///
    /// let conn = EMPTY.open_in_memory()?;
    /// conn.execute("INSERT INTO jobs(queue, payload) VALUES ('mail', '{}')", [])?;
    /// # Ok::<(), onward::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Sqlite`] if there is no memory for it.
    pub fn open_in_memory(&self) -> Result<Connection> {
        let opening = Error::sqlite("open the snapshot");
        let mut conn = Connection::open_in_memory().map_err(&opening)?;
        // As bytes: a statement on the ledger would read the whole schema, for which there may be no need.
        let now = "SELECT strftime('%Y-%m-%dT%H:%M:%SZ', 'now')";
        let now: String = conn.query_row(now, [], |row| row.get(0)).map_err(&opening)?;
        let image = Image { snapshot: self, now: now.as_bytes(), at: 0 };
        driver::deserialize(&mut conn, image, self.size, false).map_err(&opening)?;
        Ok(conn)
    }

    /// Makes the file and opens it. It is whole from the first moment on, whatever happens to this process and however
    /// many others try the same.
    ///
    /// ```
    /// use onward::ErrorKind;
    ///
    /// static EMPTY: onward::Snapshot = onward::snapshot!("../migrations");
    ///
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let path = folder.path().join("test.db");
    /// let conn = EMPTY.create(&path)?;
    /// conn.execute("INSERT INTO jobs(queue, payload) VALUES ('mail', '{}')", [])?;
    /// // It replaces nothing.
    /// assert!(matches!(EMPTY.create(&path).unwrap_err().kind(), ErrorKind::Create { .. }));
    /// # Ok::<(), onward::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Create`] if there is a file of that name, or none can be made; if a `-journal`, `-wal` or `-shm` of
    /// a database that is gone lies there, which SQLite would take for the new one's; and if the path is empty,
    /// `:memory:` or a URI. [`ErrorKind::Open`] if SQLite cannot open the file then.
    pub fn create(&self, path: impl AsRef<Path>) -> Result<Connection> {
        let path = path.as_ref();
        // From rusqlite 0.41 on this needs `mut`.
        #[allow(unused_mut)]
        let mut conn = self.open_in_memory()?;
        let image = conn.serialize(MAIN_DB).map_err(Error::sqlite("read the snapshot"))?;
        let named = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let made = match is_special(path) {
            true => Err(io::Error::new(io::ErrorKind::InvalidInput, "the path has to name a file")),
            false => Partial::beside(&named, None)
                .and_then(|partial| partial.write(&image).and_then(|()| partial.put(&named, Name::Chosen))),
        };
        match made {
            Ok(()) => Connection::open(path).map_err(|source| Error::open(&named, source)),
            Err(source) => Err(Error::from(ErrorKind::Create { source }).at(Some(&named))),
        }
    }
}

/// The bytes of the file, read straight into the memory in which SQLite keeps them.
struct Image<'s> {
    snapshot: &'s Snapshot,
    now: &'s [u8],
    at: usize,
}

impl Read for Image<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let (start, end) = (self.at, self.snapshot.size.min(self.at + buffer.len()));
        let buffer = &mut buffer[..end - start];
        buffer.fill(0);
        let times = self.snapshot.times.iter().map(|&at| (at, self.now));
        for (at, bytes) in self.snapshot.parts.iter().copied().chain(times) {
            let (from, to) = (at.max(start), end.min(at + bytes.len()));
            if from < to {
                buffer[from - start..to - start].copy_from_slice(&bytes[from - at..to - at]);
            }
        }
        self.at = end;
        Ok(buffer.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_are_the_same_however_they_are_read() {
        let snapshot = Snapshot::new(20, &[(2, b"abcdefgh"), (11, b"x"), (19, b"z")], &[4]);
        for step in 1..=21 {
            let mut image = Image { snapshot: &snapshot, now: b"NOW", at: 0 };
            let (mut bytes, mut buffer) = (Vec::new(), vec![b'-'; step]);
            while let read @ 1.. = image.read(&mut buffer).unwrap() {
                bytes.extend_from_slice(&buffer[..read]);
                buffer.fill(b'-');
            }
            assert_eq!(bytes, b"\0\0abNOWfgh\0x\0\0\0\0\0\0\0z", "{step}");
        }
    }
}
