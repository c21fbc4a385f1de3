//! The databases that a hook is tried on.

use std::collections::BTreeMap;

use onward_schema::driver;
use rusqlite::Connection;

use super::samples::{Boxed, Insert, Samples};
use crate::error::Error;
use crate::history::Migrations;
use crate::settings::Settings;

/// Which rows are in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rows {
    /// It is new: no migration has run on it.
    None,
    Mild,
    Harsh,
}

/// What makes them.
#[derive(Clone, Copy)]
pub(super) struct Maker<'t> {
    pub(super) migrations: &'t Migrations,
    pub(super) samples: &'t Samples,
    pub(super) open: &'t dyn Fn() -> Result<Connection, Boxed>,
    pub(super) change: &'t dyn Fn(&Connection) -> Result<(), Boxed>,
}

/// One of them, and the tables that did not take their rows here, with what SQLite has said.
pub(super) struct Database {
    pub(super) conn: Connection,
    pub(super) refused: BTreeMap<String, String>,
}

impl Maker<'_> {
    /// How many migrations such a database has had.
    pub(super) fn ran(self, rows: Rows) -> usize {
        if rows == Rows::None { 0 } else { self.samples.from }
    }

    /// # Errors
    /// What the test is told.
    pub(super) fn make(self, rows: Rows) -> Result<Database, String> {
        let mut conn =
            (self.open)().map_err(|error| format!("the connection of `on` cannot be opened: {error}"))?;
        let ledger = self.migrations.ledger();
        if driver::has_table(&conn, ledger.table()).is_ok_and(|is_there| is_there) {
            return Err("the connection of `on` has a database that was migrated already: give it another, empty one each time".into());
        }
        let external = self.migrations.packed().external();
        for (table, sql) in external {
            let made = driver::has_table(&conn, table)
                .and_then(|is_there| if is_there { Ok(()) } else { conn.execute_batch(sql) });
            made.map_err(|error| format!("the external table `{table}` cannot be made: {error}"))?;
        }
        let mut refused = BTreeMap::new();
        if rows == Rows::None {
            return Ok(Database { conn, refused });
        }
        if let Some(last) = self.ran(rows).checked_sub(1).and_then(|last| self.migrations.list().get(last)) {
            let applied = self.migrations.migrator().target(last.version()).apply(&mut conn);
            applied.map_err(|error| format!("the history fails on a new database: {error}"))?;
        }
        let inserts = if rows == Rows::Mild { self.samples.mild } else { self.samples.harsh };
        put(&conn, inserts, &mut refused)
            .map_err(|error| format!("the sample rows cannot be written: {error}"))?;
        (self.change)(&conn).map_err(|error| format!("the function of `rows` fails: {error}"))?;
        Ok(Database { conn, refused })
    }
}

/// Writes rows as the build has: under the settings of a run. One that is refused here, by a function of the application or
/// beside a row of a hook, is left out.
fn put(conn: &Connection, inserts: &[Insert], refused: &mut BTreeMap<String, String>) -> Result<(), Error> {
    let preparing = Error::sqlite("prepare the connection");
    let settings = Settings::prepare(conn).map_err(&preparing)?;
    for (table, sql) in inserts {
        if let Err(error) = conn.execute_batch(sql) {
            refused.entry(table.to_ascii_lowercase()).or_insert_with(|| error.to_string());
        }
    }
    settings.restore().map_err(preparing)
}
