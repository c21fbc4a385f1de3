//! How much room a run needs on the disk.
//!
//! How many pages it changes cannot be asked of SQLite in safe code, so that what is written beside the file is bounded by all
//! that there are.

use std::fs;

use rusqlite::{Connection, Result};

use crate::error;
use crate::settings::journal_mode;

/// What SQLite adds to a page in a rollback journal, and in the WAL
/// (<https://www.sqlite.org/fileformat.html#the_rollback_journal>, <https://www.sqlite.org/fileformat.html#wal_file_format>).
const IN_JOURNAL: u64 = 8;
const IN_WAL: u64 = 24;

/// The largest sector that SQLite knows: headers, and what ends a WAL, are padded to one.
const SECTOR: u64 = 65_536;

/// How large a database is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Space {
    page: u64,
    pages: u64,
}

impl Space {
    /// What the connection sees, with what it has not committed.
    pub(super) fn of(conn: &Connection) -> Result<Space> {
        let number = |sql| conn.query_row(sql, [], |row| row.get::<_, i64>(0)).map(i64::unsigned_abs);
        Ok(Space { page: number("PRAGMA main.page_size")?, pages: number("PRAGMA main.page_count")? })
    }

    pub(super) fn bytes(self) -> u64 {
        self.page.saturating_mul(self.pages)
    }

    /// At most so many bytes are written beside and behind a database of this size, in its journal mode, before a run that
    /// ends at `peak` is committed and the WAL is in the file again.
    pub(super) fn needed(self, peak: Space, database: &Connection) -> Result<u64> {
        // What is still in the WAL has no room in the file yet.
        let file = error::path(database).and_then(|path| fs::metadata(path).ok());
        let taken = file.map_or(self.bytes(), |file| file.len().min(self.bytes()));
        let growth = peak.bytes().saturating_sub(taken);
        let beside = match journal_mode(database)?.as_str() {
            // Every page once, as it is to be.
            "wal" => peak.pages.saturating_mul(peak.page + IN_WAL),
            // Every page once, as it was. A journal gets another header whenever pages go into the file before the commit.
            _ => {
                let pages = self.pages.saturating_mul(self.page + IN_JOURNAL);
                pages + pages / 16
            }
        };
        Ok(growth.saturating_add(beside).saturating_add(2 * SECTOR))
    }
}
