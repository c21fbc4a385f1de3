//! What runs under the lock: pending migrations, or what takes them back.

use std::time::{Duration, Instant};

use onward_schema::Violations;
use onward_schema::run::{drop_temporary, temporary, to_end};
use rusqlite::{Connection, Transaction};

use crate::adopt::{self, Adopt};
use crate::error::{Error, Result};
use crate::foreign_keys::Before;
use crate::hook;
use crate::ledger;
use crate::migrations::{Migration, Migrations, Statement};
use crate::migrator::Migrator;
use crate::observer::{Event, Watch};
use crate::plan;
use crate::settings::Settings;
use crate::shadow;
use crate::verify;

/// How many migrations of the history a database should have in the end.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Goal {
    /// At least so many.
    Up(usize),
    /// At most so many.
    Back(usize),
}

/// Migrations, and how long each took.
pub(crate) type Timed<'m> = Vec<(&'m Migration, Duration)>;

/// What a ledger says.
pub(crate) struct Pending<'m> {
    /// What is to run, or to be taken back.
    pub(crate) list: &'m [Migration],
    /// How many have run.
    pub(crate) ran: usize,
    /// Whether there is no ledger.
    pub(crate) is_new: bool,
    /// Whether there is nothing at all.
    pub(crate) is_empty: bool,
    /// How the database is to be taken over, if there is something in it.
    pub(crate) adopt: Option<Adopt>,
}

pub(crate) fn pending<'m>(migrator: &Migrator<'m>, goal: Goal, conn: &Connection) -> Result<Pending<'m>> {
    let reading = Error::sqlite("read the ledger");
    let rows = ledger::read(conn)?;
    let is_new = rows.is_none();
    let mut adopt = None;
    let rows = match rows {
        None => {
            let tables = ledger::strangers(conn, migrator.migrations).map_err(&reading)?;
            if !tables.is_empty() {
                adopt = migrator.adopt.filter(|_| matches!(goal, Goal::Up(_)));
                if adopt.is_none() {
                    return Err(Error::NoLedger { path: None, tables });
                }
            }
            Vec::new()
        }
        Some(rows) => rows,
    };
    let list = migrator.migrations.list;
    let rest = plan::pending(list, &rows)?;
    let ran = list.len() - rest.len();
    let list = match goal {
        Goal::Up(goal) => &rest[..goal.saturating_sub(ran)],
        Goal::Back(goal) => &list[goal.min(ran)..ran],
    };
    let is_empty = is_new && ledger::is_empty(conn).map_err(&reading)?;
    Ok(Pending { list, ran, is_new, is_empty, adopt })
}

/// What pending migrations did.
pub(crate) struct Ran<'m> {
    /// How many the database had when it was taken over.
    pub(crate) adopted: usize,
    /// What ran then.
    pub(crate) list: Timed<'m>,
    /// Or what was taken back, the newest first.
    pub(crate) reverted: Timed<'m>,
    /// What foreign keys lead nowhere now and did not before.
    pub(crate) violations: Violations,
    /// How many migrations the database has now.
    pub(crate) total: usize,
}

impl<'m> Pending<'m> {
    /// Refuses a connection with temporary objects that the statements would mean.
    pub(crate) fn unshadowed(&self, migrations: &Migrations, conn: &Connection) -> Result<()> {
        // What runs on a database that is taken over is not known yet.
        let list = if self.adopt.is_some() { migrations.list } else { self.list };
        let objects =
            shadow::find(conn, migrations, list).map_err(Error::sqlite("look at the connection"))?;
        if objects.is_empty() { Ok(()) } else { Err(Error::Shadowed { path: None, objects }) }
    }

    /// Runs what is pending, writes the ledger, and sees that it is written and the schema the proven one.
    pub(crate) fn run(
        &self,
        migrator: &Migrator<'m>,
        goal: Goal,
        conn: &Transaction<'_>,
        settings: &Settings<'_>,
        watch: &Watch<'_>,
    ) -> Result<Ran<'m>> {
        let migrations = migrator.migrations;
        let goal = match goal {
            Goal::Up(goal) => goal,
            Goal::Back(_) => return self.revert(migrations, conn, settings, watch),
        };
        let checking = Error::sqlite("check foreign keys");
        let before = match (self.adopt, self.is_empty) {
            (None, true) => Before::empty(),
            (None, false) => Before::count(conn, self.list).map_err(&checking)?,
            // What is missing of any of them may run.
            (Some(_), _) => Before::count(conn, migrations.list).map_err(&checking)?,
        };
        let adopted = match self.adopt {
            Some(how) => adopt::adopt(how, migrations, conn, settings)?,
            None => 0,
        };
        let list = match self.adopt {
            Some(_) => &migrations.list[adopted..goal.max(adopted)],
            None => self.list,
        };
        if self.is_new {
            ledger::create(conn).map_err(Error::sqlite("make the ledger"))?;
        }
        let list = all(watch, conn, list.iter(), |migration| {
            one(migration, conn, settings, || hook::run(migration, conn))
        })?;
        let violations = before.new_ones(conn).map_err(&checking)?;
        let writing = Error::sqlite("write the ledger");
        ledger::adopt(conn, &migrations.list[..adopted]).map_err(&writing)?;
        ledger::insert(conn, &list).map_err(&writing)?;
        let total = self.ran + adopted + list.len();
        ledger::written(conn, &migrations.list[..total], adopted)?;
        if adopted + list.len() > 0 {
            verify::proven(migrations, total, conn)?;
        }
        Ok(Ran { adopted, list, reverted: Vec::new(), violations, total })
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
        let downs: Vec<Migration> = self.list.iter().filter_map(Migration::back).collect();
        let before = Before::count(conn, &downs).map_err(&checking)?;
        let reverted = all(watch, conn, self.list.iter().rev(), |migration| match migration.back() {
            Some(down) => one(&down, conn, settings, || Ok(())),
            None => Err(Error::NoDownFile { path: None, file: migration.file() }),
        })?;
        let violations = before.new_ones(conn).map_err(&checking)?;
        if let Some(oldest) = self.list.first() {
            ledger::remove(conn, oldest.version).map_err(Error::sqlite("write the ledger"))?;
            ledger::written(conn, &migrations.list[..total], 0)?;
            verify::reverted(migrations, self.ran, total, conn)?;
        }
        Ok(Ran { adopted: 0, list: Vec::new(), reverted, violations, total })
    }
}

/// Runs each of these, tells whoever watches, and gives back how long each took.
fn all<'m>(
    watch: &Watch<'_>,
    conn: &Connection,
    list: impl ExactSizeIterator<Item = &'m Migration>,
    mut run: impl FnMut(&'m Migration) -> Result<()>,
) -> Result<Timed<'m>> {
    let of = list.len();
    let timed = list.zip(1..).map(|(migration, number)| {
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
        Ok((migration, duration))
    });
    timed.collect()
}

/// Runs the statements of one migration, with foreign keys on if it says so, and then the code beside it.
pub(crate) fn one(
    migration: &Migration,
    conn: &Connection,
    settings: &Settings<'_>,
    code: impl FnOnce() -> Result<()>,
) -> Result<()> {
    let undoing = Error::sqlite("take back what the migration left on the connection");
    let undone = migration.hook.is_some() || migration.statements().any(|(_, statement)| statement.undone);
    let before = if undone { temporary(conn).map_err(&undoing)? } else { Vec::new() };
    if migration.foreign_keys {
        settings.foreign_keys(true).map_err(Error::sqlite("turn foreign keys on"))?;
    }
    let outcome = migration
        .statements()
        .try_for_each(|(sql, statement)| self::statement(migration, statement, sql, conn, settings));
    if migration.foreign_keys {
        settings.foreign_keys(false).map_err(Error::sqlite("turn foreign keys off"))?;
    }
    outcome?;
    if undone {
        settings.again().map_err(&undoing)?;
        code()?;
        settings.again().map_err(&undoing)?;
        drop_temporary(conn, &before).map_err(&undoing)?;
    }
    Ok(())
}

/// Runs one statement of a migration.
pub(crate) fn statement(
    migration: &Migration,
    statement: Statement,
    sql: &'static str,
    conn: &Connection,
    settings: &Settings<'_>,
) -> Result<()> {
    let outcome = settings.strings(statement.strings).and_then(|()| to_end(conn, sql));
    outcome.map_err(|source| Error::statement(migration, statement.start as usize, sql, source))
}
