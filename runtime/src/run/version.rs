//! Whether the program's SQLite is new enough for the history.

use crate::error::{ErrorKind, Result};
use crate::history::Migrations;

/// Whether this SQLite is new enough; that is asked of a number, so that it costs nothing.
pub(crate) fn fit(migrations: &Migrations, found: i32) -> Result<()> {
    let needed = migrations.packed().sqlite();
    if found >= needed {
        return Ok(());
    }
    let (major, minor, patch) = (needed / 1_000_000, needed / 1000 % 1000, needed % 1000);
    let patch = if patch > 0 { format!(".{patch}") } else { String::new() };
    let needed = format!("{major}.{minor}{patch}");
    Err(ErrorKind::OldSqlite { needed, found: rusqlite::version() }.into())
}
