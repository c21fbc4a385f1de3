//! The ledger of a history under another name: somebody has changed the name since the database was migrated.

use onward_core::ledger::{COLUMNS, Ledger, Row, is_ledger};
use rusqlite::{Connection, Result};

use super::read::rows;
use super::table::{Named, lacking, named};
use crate::error::{self, Error, ErrorKind};
use crate::history::{List, Migrations};

/// Refuses a database without the ledger of a history if another ledger there has its rows: what they stand for would run
/// a second time.
///
/// # Errors
/// [`ErrorKind::LedgerRenamed`], or that the database cannot be read.
pub(crate) fn refuse(conn: &Connection, migrations: &Migrations) -> error::Result<()> {
    match found(conn, migrations).map_err(Error::sqlite("read the ledger"))? {
        Some(found) => {
            Err(ErrorKind::LedgerRenamed { ledger: migrations.ledger().table().to_owned(), found }.into())
        }
        None => Ok(()),
    }
}

/// The name of the ledger that has this history's rows.
fn found(conn: &Connection, migrations: &Migrations) -> Result<Option<String>> {
    let sql = "SELECT name, sql FROM main.sqlite_schema
               WHERE type = 'table' AND name LIKE 'onward\\_migrations%' ESCAPE '\\' AND sql IS NOT NULL";
    let mut query = conn.prepare(sql)?;
    let tables = query
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<Vec<(String, String)>>>()?;
    for (name, sql) in tables {
        if !is_ledger(&name, &sql) {
            continue;
        }
        let Some(Named::Table(columns)) = named(conn, &name)? else { continue };
        if lacking(&columns, &COLUMNS).is_some() {
            continue;
        }
        match rows(conn, Ledger::of(&name), false) {
            Ok(rows) if are_of(&rows, migrations.list()) => return Ok(Some(name)),
            // Whatever has such values is not ours.
            Ok(_) | Err(rusqlite::Error::InvalidColumnType(..)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}

/// Whether rows are those of a history, as far as both go.
fn are_of(rows: &[Row], list: List<'_>) -> bool {
    let is_of = |(row, known): (&Row, onward_core::plan::Known)| {
        row.version == known.version && row.checksum == known.checksum.to_string()
    };
    !rows.is_empty() && !list.is_empty() && rows.iter().zip(list.known()).all(is_of)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::{ledger, migrations};

    #[test]
    fn rows_are_of_a_history_that_begins_like_them() {
        let history = migrations(&[1, 2, 3]);
        for (rows, expected) in
            [(&[][..], false), (&[1], true), (&[1, 2, 3, 4], true), (&[2], false), (&[1, 3], false)]
        {
            assert_eq!(are_of(&ledger(rows), history.list()), expected, "{rows:?}");
        }
        assert!(!are_of(&ledger(&[1]), migrations(&[]).list()));
    }
}
