//! The databases that a hook is tried on.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use onward_schema::{Violation, driver};
use rusqlite::Connection;
use rusqlite::backup::Backup;

use super::samples::{Boxed, Insert, Samples};
use crate::error::{Error, ErrorKind};
use crate::history::Migrations;
use crate::run::{Moment, up_to};
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
    pub(super) refused: Refused,
}

/// Why tables have not got all their rows, by their names in lower case.
pub(super) type Refused = BTreeMap<String, String>;

impl Maker<'_> {
    /// How many migrations such a database has had.
    pub(super) fn ran(self, rows: Rows) -> usize {
        if rows == Rows::None { 0 } else { self.samples.from }
    }

    /// The rows with which the migrations come to the hook: of one that a migration before it cannot take, the build has told. And
    /// why others are left out.
    ///
    /// # Errors
    /// What the test is told.
    pub(super) fn fitting(self, rows: Rows) -> Result<(Vec<Insert>, Refused), String> {
        let inserts = match rows {
            Rows::None => return Ok(Default::default()),
            Rows::Mild => self.samples.mild,
            Rows::Harsh => self.samples.harsh,
        };
        if self.in_the_way(&self.make(rows, inserts)?.conn).is_none() {
            return Ok((inserts.to_vec(), Refused::new()));
        }
        let start = self.start(rows)?;
        let (mut kept, mut left_out) = (Vec::new(), Refused::new());
        let mut dangling = self.dangling(&start, &kept)?.unwrap_or_default();
        for insert in inserts {
            kept.push(*insert);
            let reason = match self.dangling(&start, &kept)? {
                Ok(found) if found <= dangling => {
                    dangling = found;
                    continue;
                }
                Ok(_) => "its parents are left out".to_owned(),
                Err(reason) => reason,
            };
            kept.pop();
            left_out.entry(insert.0.to_ascii_lowercase()).or_insert(reason);
        }
        Ok((kept, left_out))
    }

    /// A database with these rows.
    ///
    /// # Errors
    /// What the test is told.
    pub(super) fn make(self, rows: Rows, inserts: &[Insert]) -> Result<Database, String> {
        let conn = self.start(rows)?;
        let refused = match rows {
            Rows::None => Refused::new(),
            _ => self.fill(&conn, inserts)?,
        };
        Ok(Database { conn, refused })
    }

    /// One without rows of ours.
    fn start(self, rows: Rows) -> Result<Connection, String> {
        let mut conn = self.open()?;
        let ledger = self.migrations.ledger();
        if driver::has_table(&conn, ledger.table()).is_ok_and(|is_there| is_there) {
            return Err("the connection of `on` has a database that was migrated already: give it another, empty one each time".into());
        }
        for (table, sql) in self.migrations.packed().external() {
            let made = driver::has_table(&conn, table)
                .and_then(|is_there| if is_there { Ok(()) } else { conn.execute_batch(sql) });
            made.map_err(|error| format!("the external table `{table}` cannot be made: {error}"))?;
        }
        if let Some(last) = self.ran(rows).checked_sub(1).and_then(|last| self.migrations.list().get(last)) {
            let applied = self.migrations.migrator().target(last.version()).apply(&mut conn);
            applied.map_err(|error| format!("the history fails on a new database: {error}"))?;
        }
        Ok(conn)
    }

    fn open(self) -> Result<Connection, String> {
        (self.open)().map_err(|error| format!("the connection of `on` cannot be opened: {error}"))
    }

    fn fill(self, conn: &Connection, inserts: &[Insert]) -> Result<Refused, String> {
        let refused =
            put(conn, inserts).map_err(|error| format!("the sample rows cannot be written: {error}"))?;
        (self.change)(conn).map_err(|error| format!("the function of `rows` fails: {error}"))?;
        Ok(refused)
    }

    /// What a migration says that fails before the hook.
    fn in_the_way(self, conn: &Connection) -> Option<String> {
        let moment = Moment::Hook(self.samples.index);
        let run = || up_to(self.migrations, self.samples.from, moment, conn, &|_, _| Ok(()));
        // What a hook before it does is told by the run itself.
        match catch_unwind(AssertUnwindSafe(run)).ok()?.err()?.into_kind() {
            ErrorKind::Statement { file, source, .. } => Some(format!("{file} fails on its rows: {source}")),
            _ => None,
        }
    }

    /// How many foreign keys dangle with these rows, or which migration does not take them.
    fn dangling(self, start: &Connection, inserts: &[Insert]) -> Result<Result<usize, String>, String> {
        let copying = |error: rusqlite::Error| format!("the database of the test cannot be copied: {error}");
        let mut conn = self.open()?;
        Backup::new(start, &mut conn).and_then(|copy| copy.step(-1)).map_err(copying)?;
        self.fill(&conn, inserts)?;
        let violations = Violation::read(&conn).map_err(copying)?;
        Ok(self.in_the_way(&conn).map_or(Ok(violations.len()), Err))
    }
}

/// Writes rows as the build has: under the settings of a run. One that is refused here, by a function of the application or
/// beside a row of a hook, is left out.
fn put(conn: &Connection, inserts: &[Insert]) -> Result<Refused, Error> {
    let preparing = Error::sqlite("prepare the connection");
    let settings = Settings::prepare(conn).map_err(&preparing)?;
    let mut refused = Refused::new();
    for (table, sql) in inserts {
        if let Err(error) = conn.execute_batch(sql) {
            refused.entry(table.to_ascii_lowercase()).or_insert_with(|| error.to_string());
        }
    }
    settings.restore().map_err(preparing)?;
    Ok(refused)
}
