//! What runs under the lock: pending migrations, or what takes them back.

use std::time::{Duration, Instant};

use onward_schema::Violations;
use rusqlite::{Connection, Transaction};

use super::context::Context;
use super::foreign_keys::Before;
use super::goal::Goal;
use super::options::Adopting;
use super::pending::Pending;
use super::{hook, statement, verify};
use crate::error::{Error, ErrorKind, Result};
use crate::history::{Migration, Migrations};
use crate::ledger;
use crate::report::{Event, Watch};
use crate::settings::Settings;

/// Migrations, and how long each took.
pub(crate) type Timed<'m> = Vec<(Migration<'m>, Duration)>;

/// What pending migrations did.
#[derive(Default)]
pub(crate) struct Ran<'m> {
    /// How many the database had when it was adopted.
    pub(crate) adopted: usize,
    /// What ran then.
    pub(crate) list: Timed<'m>,
    /// Or what was taken back, the newest first.
    pub(crate) reverted: Timed<'m>,
    /// What foreign keys dangle now and did not before.
    pub(crate) violations: Violations,
    /// How many migrations of the program the database has now.
    pub(crate) total: usize,
    /// How many it has that the program does not have.
    pub(crate) newer: usize,
}

impl<'m> Pending<'m> {
    /// Runs what is pending, writes the ledger, and sees that it is written and the schema the proven one.
    pub(crate) fn run(
        &self,
        context: Context<'m>,
        goal: Goal,
        conn: &Transaction<'_>,
        settings: &Settings<'_>,
        watch: &Watch<'_>,
    ) -> Result<Ran<'m>> {
        let (migrations, ledger) = (context.migrations, context.migrations.ledger());
        let goal = match goal {
            Goal::Up(goal) => goal,
            Goal::Back(_) => return self.revert(migrations, conn, settings, watch),
        };
        let checking = Error::sqlite("check foreign keys");
        let before = match (self.adopt, self.is_empty) {
            (None, true) => Before::empty(),
            (None, false) => Before::count(conn, &self.list.to_vec()).map_err(&checking)?,
            // What is missing of any of them may run.
            (Some(_), _) => Before::count(conn, &migrations.list().to_vec()).map_err(&checking)?,
        };
        let adopted = match self.adopt {
            Some(Adopting { how, adopt, .. }) => {
                adopt(how, context.options.tool_table.as_deref(), migrations, conn, settings)?
            }
            None => 0,
        };
        let list = match self.adopt {
            Some(_) => migrations.list().part(adopted..goal.max(adopted)),
            None => self.list,
        };
        hook::here(list)?;
        if self.is_new {
            ledger::create(conn, ledger).map_err(Error::sqlite("make the ledger"))?;
        }
        let run = if context.options.without_rows { statement::without_rows } else { statement::all };
        let took = all(watch, conn, &list.to_vec(), &|migration| {
            run(migration, conn, settings, &|| hook::run(migration, ledger, conn))
        })?;
        let violations = before.new_ones(conn).map_err(&checking)?;
        let writing = Error::sqlite("write the ledger");
        ledger::adopt(conn, ledger, migrations.list().part(0..adopted)).map_err(&writing)?;
        ledger::insert(conn, ledger, list, &took).map_err(&writing)?;
        let total = self.ran + adopted + list.len();
        if total == migrations.list().len() && adopted + list.len() > 0 {
            ledger::write_works_with(conn, migrations).map_err(&writing)?;
        }
        ledger::written(conn, ledger, migrations.list().part(0..total), adopted)?;
        if adopted + list.len() > 0 {
            verify::proven(context, total, conn)?;
        }
        let list = list.iter().zip(took).collect();
        Ok(Ran { adopted, list, violations, total, ..Ran::default() })
    }

    /// Takes the list back, the newest first.
    fn revert(
        &self,
        migrations: &Migrations,
        conn: &Transaction<'_>,
        settings: &Settings<'_>,
        watch: &Watch<'_>,
    ) -> Result<Ran<'m>> {
        let checking = Error::sqlite("check foreign keys");
        let total = self.ran - self.list.len();
        let downs: Vec<Migration<'_>> = self.list.iter().filter_map(Migration::back).collect();
        let before = Before::count(conn, &downs).map_err(&checking)?;
        let newest_first: Vec<Migration<'_>> = self.list.iter().rev().collect();
        let took = all(watch, conn, &newest_first, &|migration| match migration.back() {
            Some(down) => statement::all(down, conn, settings, &|| Ok(())),
            None => Err(ErrorKind::NoDownFile { file: migration.file().to_owned() }.into()),
        })?;
        let violations = before.new_ones(conn).map_err(&checking)?;
        if let Some(oldest) = self.list.first() {
            let ledger = migrations.ledger();
            ledger::remove(conn, ledger, oldest.version()).map_err(Error::sqlite("write the ledger"))?;
            ledger::written(conn, ledger, migrations.list().part(0..total), 0)?;
            verify::reverted(migrations, self.ran, total, conn)?;
        }
        let reverted = newest_first.into_iter().zip(took).collect();
        Ok(Ran { reverted, violations, total, ..Ran::default() })
    }
}

/// Runs each of these, tells whoever watches, and gives back how long each took.
fn all(
    watch: &Watch<'_>,
    conn: &Connection,
    list: &[Migration<'_>],
    run: &dyn Fn(Migration<'_>) -> Result<()>,
) -> Result<Vec<Duration>> {
    let of = list.len();
    let took = list.iter().zip(1..).map(|(&migration, number)| {
        watch.tell(Event::Started { migration, number, of });
        // SQLite rolls back by itself on some errors. Whoever overlooked one would write outside any transaction.
        if conn.is_autocommit() {
            let lost = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_ABORT_ROLLBACK);
            return Err(Error::sqlite("go on with the migrations")(rusqlite::Error::SqliteFailure(
                lost, None,
            )));
        }
        let start = Instant::now();
        run(migration)?;
        let duration = start.elapsed();
        watch.tell(Event::Finished { migration, number, of, duration });
        Ok(duration)
    });
    took.collect()
}
