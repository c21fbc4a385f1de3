//! Whether another tool has gone on after a database was adopted from it.

use onward_core::tool::Tool;
use rusqlite::Connection;

use super::about::{About, about};
use super::options::Adopt;
use crate::error::{Error, ErrorKind, Result};
use crate::history::{Migrations, OtherLedger, Ran};
use crate::other;

/// Refuses a database that was adopted, of which our ledger says that so many migrations have run, if the tool's says that it has
/// run or begun others: they would run a second time.
///
/// # Errors
/// [`OtherLedger::WentOn`], or that the ledger cannot be read.
pub(crate) fn since(
    how: Adopt,
    table: Option<&str>,
    migrations: &Migrations,
    ran: usize,
    conn: &Connection,
) -> Result<()> {
    let (Adopt::From(tool), Some(origin)) = (how, migrations.origin()) else { return Ok(()) };
    if origin.reader.tool != tool {
        return Ok(());
    }
    let rows =
        other::read(origin.reader, table, conn).map_err(Error::sqlite("read the ledger of another tool"))?;
    // Somebody has taken the tool's ledger away.
    let Ok(rows) = rows else { return Ok(()) };
    let name = |(row, about): (&Ran, About)| match about {
        About::One(at) if at < ran => None,
        About::OneOf(all) if all.iter().all(|at| *at < ran) => None,
        About::One(at) => Some(migrations.list().at(at).file().to_owned()),
        About::OneOf(_) | About::Unknown => unknown(tool, row),
    };
    let files: Vec<String> = rows.iter().zip(about(&origin.files, &rows)).filter_map(name).collect();
    if files.is_empty() {
        return Ok(());
    }
    let problem = OtherLedger::WentOn { ledger: migrations.ledger().table().to_owned(), files };
    Err(Error::from(ErrorKind::OtherLedger { tool, problem }).in_table(table))
}

/// What has run without a file. A count in `PRAGMA user_version` that is none of ours may be the application's.
fn unknown(tool: Tool, row: &Ran) -> Option<String> {
    tool.ledger().map(|_| row.key.clone())
}
