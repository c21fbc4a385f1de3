//! A backup as it comes over the network, in a folder that nobody else can read.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::PathBuf;

use onward::rusqlite::Connection;
use onward_batch::{Failure, denied};
use tempfile::TempDir;

/// What every database of SQLite's begins with (<https://www.sqlite.org/fileformat.html#magic_header_string>).
const MAGIC: &[u8; 16] = b"SQLite format 3\0";

/// As far as the size of a page, which stands behind that.
const HEADER: usize = MAGIC.len() + 2;

/// A file that is gone when this is dropped.
pub(crate) struct Backup(TempDir);

impl Backup {
    /// # Errors
    /// If there is no folder for temporary files.
    pub(crate) fn new() -> Result<Backup, Failure> {
        let mut folder = tempfile::Builder::new();
        #[cfg(unix)]
        folder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
        folder.prefix("onward-").tempdir().map(Backup).map_err(|error| local(&error))
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("backup.db")
    }

    /// Writes what comes, to its end.
    ///
    /// # Errors
    /// If it is no database, breaks off, or has no room here.
    pub(crate) fn save(&self, mut body: impl Read) -> Result<(), Failure> {
        let mut file = File::create(self.path()).map_err(|error| local(&error))?;
        let mut buffer = vec![0; 1 << 16];
        let (mut begin, mut length) = (Vec::new(), 0);
        loop {
            let read = match body.read(&mut buffer) {
                Ok(0) => break,
                Ok(read) => &buffer[..read],
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(cut_off(&error.to_string())),
            };
            length += read.len() as u64;
            if begin.len() < HEADER {
                begin.extend(read.iter().take(HEADER - begin.len()));
                // Nobody waits for the end of something else.
                if !MAGIC.iter().zip(&begin).all(|(magic, byte)| magic == byte) {
                    return Err(no_database(&begin));
                }
            }
            file.write_all(read).map_err(|error| local(&error))?;
        }
        let page = match begin.get(MAGIC.len()..HEADER) {
            Some(&[0, 1]) => 65_536,
            Some(&[high, low]) => u64::from(u16::from_be_bytes([high, low])),
            _ => return Err(no_database(&begin)),
        };
        // SQLite misses whole pages, and takes a part of one.
        if page > 0 && length % page == 0 { Ok(()) } else { Err(cut_off("its last page is not whole")) }
    }

    /// Fills an empty database with it.
    ///
    /// # Errors
    /// If it cannot be read, or has no room.
    pub(crate) fn restore(self, into: &mut Connection) -> Result<(), Failure> {
        let wrong = |error| Failure::Local { message: format!("the backup cannot be read: {error}") };
        into.restore("main", self.path(), None::<fn(_)>).map_err(wrong)
    }
}

fn cut_off(what: &str) -> Failure {
    Failure::Unreachable { message: format!("the backup breaks off: {what}") }
}

fn no_database(begin: &[u8]) -> Failure {
    let begin = String::from_utf8_lossy(&begin[..begin.len().min(MAGIC.len())]);
    denied(format!("the answer is no backup, and begins with {begin:?}; is this rqlite?"))
}

fn local(error: &io::Error) -> Failure {
    Failure::Local { message: format!("the folder for temporary files has no place for it: {error}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_left_and_nobody_else_reads_it() {
        for body in
            [&b"SQLite format 3\0\0\x12"[..], b"SQLite format 3\0\0\0", b"SQLite format 3\0", b"<html>", b""]
        {
            let backup = Backup::new().unwrap();
            let folder = backup.0.path().to_owned();
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt;
                assert_eq!(folder.metadata().unwrap().permissions().mode() & 0o777, 0o700);
            }
            let saved = backup.save(body);
            assert_eq!(saved.is_ok(), body.ends_with(b"\x12"), "{saved:?}");
            assert!(saved.is_err() || backup.path().exists());
            drop(backup);
            assert!(!folder.exists());
        }
    }

    #[test]
    fn a_database_that_is_cut_off_is_refused() {
        let source = Connection::open_in_memory().unwrap();
        source
            .execute_batch("CREATE TABLE a(b); CREATE TABLE c(d); INSERT INTO a VALUES (randomblob(20000))")
            .unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("whole.db");
        source.execute("VACUUM INTO ?1", [path.to_str()]).unwrap();
        let whole = std::fs::read(path).unwrap();
        for length in [whole.len(), whole.len() - 1, whole.len() - 4096, 4096, 100, 16] {
            let backup = Backup::new().unwrap();
            let folder = backup.0.path().to_owned();
            let mut into = Connection::open("").unwrap();
            let restored = backup.save(&whole[..length]).and_then(|()| backup.restore(&mut into));
            assert_eq!(restored.is_ok(), length == whole.len(), "{length}: {restored:?}");
            assert!(!folder.exists());
        }
    }
}
