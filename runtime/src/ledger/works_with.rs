//! Which recorded releases work on a newer schema, as the program that made it has written.

use onward_core::ledger::{Ledger, WORKS_WITH};
use rusqlite::{Connection, OptionalExtension, Result};

use super::table::{Named, is_computed, named};
use crate::history::Migrations;

/// Writes which releases work on the schema behind the program's last migration. No other schema was held against them.
pub(crate) fn write_works_with(conn: &Connection, migrations: &Migrations) -> Result<()> {
    let (ledger, releases) = (migrations.ledger(), migrations.works_with());
    let Some(last) = migrations.list().last().filter(|_| !releases.is_empty()) else { return Ok(()) };
    let columns = match named(conn, ledger.table())? {
        Some(Named::Table(columns)) => columns,
        Some(Named::Other(_)) | None => return Ok(()),
    };
    match is_computed(&columns, WORKS_WITH) {
        None => conn.execute_batch(&ledger.add_works_with())?,
        Some(false) => {}
        // Somebody has made a table of his own of it.
        Some(true) => return Ok(()),
    }
    conn.execute(&ledger.set_works_with(), (last.version(), releases.join("\n"))).map(drop)
}

/// The releases that work on the schema that the newest row stands for.
pub(crate) fn works_with(conn: &Connection, ledger: Ledger<'_>) -> Result<Vec<String>> {
    let has_column = match named(conn, ledger.table())? {
        Some(Named::Table(columns)) => is_computed(&columns, WORKS_WITH) == Some(false),
        Some(Named::Other(_)) | None => false,
    };
    if !has_column {
        return Ok(Vec::new());
    }
    let text: Option<Option<String>> =
        match conn.query_row(&ledger.works_with(), [], |row| row.get(0)).optional() {
            // Anybody may have written there.
            Err(rusqlite::Error::InvalidColumnType(..)) => None,
            found => found?,
        };
    Ok(text.flatten().iter().flat_map(|text| text.lines()).map(str::to_owned).collect())
}
