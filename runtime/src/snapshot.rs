//! A database with all migrations applied and nothing else in it, embedded in the program.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use rusqlite::{Connection, MAIN_DB};

use crate::error::{Error, Result};
use crate::open;

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
/// Code beside migrations, `migrations!(after = { … })`, has not run in it: what such code finds in an empty database is
/// mostly nothing. It says that it has run, since its migration has.
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
    /// # Errors
    /// [`Error::Sqlite`] if there is no memory for it.
    pub fn open_in_memory(&self) -> Result<Connection> {
        let opening = Error::sqlite("open the snapshot");
        let mut image = vec![0; self.size];
        for &(start, bytes) in self.parts {
            image[start..start + bytes.len()].copy_from_slice(bytes);
        }
        let mut conn = Connection::open_in_memory().map_err(&opening)?;
        // As bytes: a statement on the ledger would read the whole schema, for which there may be no need.
        let now = "SELECT strftime('%Y-%m-%dT%H:%M:%SZ', 'now')";
        let now: String = conn.query_row(now, [], |row| row.get(0)).map_err(&opening)?;
        for &start in self.times {
            image[start..start + now.len()].copy_from_slice(now.as_bytes());
        }
        conn.deserialize_read_exact(MAIN_DB, image.as_slice(), self.size, false).map_err(&opening)?;
        Ok(conn)
    }

    /// Makes the file and opens it. It is whole from the first moment on, whatever happens to this process and however
    /// many others try the same.
    ///
    /// # Errors
    /// [`Error::Create`] if there is a file of that name, or none can be made; [`Error::Open`] if SQLite cannot open it
    /// then.
    pub fn create(&self, path: impl AsRef<Path>) -> Result<Connection> {
        let path = path.as_ref();
        // From rusqlite 0.41 on this needs `mut`.
        #[allow(unused_mut)]
        let mut conn = self.open_in_memory()?;
        let image = conn.serialize(MAIN_DB).map_err(Error::sqlite("read the snapshot"))?;
        let named = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        whole(&named, &image).map_err(|source| Error::Create { path: named, source })?;
        Connection::open(path).map_err(|source| {
            let named = open::file(path);
            Error::open(named.as_deref().unwrap_or(path), source)
        })
    }
}

/// Writes a file under another name and links it to its own, which fails if there is one.
fn whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{}-{}.partial", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed)));
    let partial = PathBuf::from(name);
    let written = File::create_new(&partial).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    let linked = written.and_then(|()| fs::hard_link(&partial, path));
    let _ = fs::remove_file(&partial);
    linked?;
    // Elsewhere a folder cannot be opened, and need not be.
    #[cfg(unix)]
    if let Some(folder) = path.parent() {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}
