//! What a proof depends on, as one number.

use std::env::consts::{ARCH, OS};
use std::path::Path;

use onward_schema::driver;
use rusqlite::{Connection, MAIN_DB};

use super::sum::{self, Sum};
use crate::checks::RULES;
use crate::config;
use crate::folder::history::History;
use crate::folder::misplaced;
use crate::folder::read;
use crate::folder::tool::around::Around;
use crate::record::{self, record};

/// The form of what is kept, for whoever changes it within a version.
const FORMAT: &str = "9";

/// What a proof depends on: every byte of the folder's files, what lies around it, and what proves them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    sum: [u8; sum::SIZE],
}
record!(Key { sum });

impl Key {
    /// The key of a folder as it is now; `None` if not all of it can be read.
    pub fn of(dir: &Path) -> Option<Key> {
        let mut sum = prover()?;
        let files = read::bytes(dir)?;
        sum.add(&record::bytes(&files.len()));
        for (path, bytes) in files {
            sum.add(path.as_bytes());
            sum.add(&bytes);
        }
        // What the folder is taken for depends on what lies around it.
        sum.add(&record::bytes(&Around::of(dir)));
        if let Some(misplaced) = misplaced::find(dir, RULES) {
            sum.add(&record::bytes(&misplaced));
            // What is said of it names the folder.
            sum.add(dir.file_name().unwrap_or_default().as_encoded_bytes());
        }
        Some(Key { sum: sum.finish() })
    }

    /// The key of a history's first migrations alone. What `onward.lock` says is no part of it: they are run, whatever
    /// it says.
    pub(super) fn of_first(history: &History, count: usize) -> Option<Key> {
        let mut sum = prover()?;
        sum.add(history.files.named(config::FILE_NAME).unwrap_or_default().as_bytes());
        sum.add(&record::bytes(&history.tool));
        // These follow from foreign keys of the whole history.
        let stubs: Vec<String> = history.config.others().map(|table| table.sql.clone()).collect();
        sum.add(&record::bytes(&stubs));
        for migration in history.migrations.get(..count)? {
            let file = history.files.get(migration.file);
            sum.add(&migration.version.to_le_bytes());
            sum.add(file.path.as_bytes());
            sum.add(file.text.as_bytes());
        }
        Some(Key { sum: sum.finish() })
    }
}

/// This onward and its SQLite.
fn prover() -> Option<Sum> {
    let mut conn = Connection::open_in_memory().ok()?;
    // Where an image cannot be opened, nothing is kept and nothing is taken.
    let empty = conn.serialize(MAIN_DB).ok()?.to_vec();
    driver::deserialize(&mut conn, &empty[..], empty.len(), false).ok()?;
    let sqlite: String = conn.query_row("SELECT sqlite_source_id()", [], |row| row.get(0)).ok()?;
    let mut options = conn.prepare("PRAGMA compile_options").ok()?;
    let options: Vec<String> =
        options.query_map([], |row| row.get(0)).ok()?.collect::<Result<_, _>>().ok()?;
    let width = usize::BITS.to_string();
    let mut sum = Sum::new();
    for part in ["onward", FORMAT, env!("CARGO_PKG_VERSION"), &sqlite, OS, ARCH, &width] {
        sum.add(part.as_bytes());
    }
    sum.add(&record::bytes(&options));
    Some(sum)
}
