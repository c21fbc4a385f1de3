//! Runs what is pending: all of it, or nothing.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use onward_schema::Violation;
use rusqlite::{Connection, Transaction};

use crate::adopt::{self, Adopt};
use crate::backup::Backup;
use crate::error::{Error, Result};
use crate::exclusive::{Exclusive, Lock, is_busy};
use crate::hook;
use crate::ledger;
use crate::migrations::{Migration, Statement};
use crate::migrator::Migrator;
use crate::observer::{Event, Watch};
use crate::plan;
use crate::readiness::Phase;
use crate::report::Report;
use crate::settings::{Impatience, Settings};
use crate::trace;
use crate::verify;
use crate::wait::Wait;

/// A run on the caller's connection.
pub(crate) fn apply(migrator: &Migrator<'_>, conn: &mut Connection) -> Result<Report> {
    let unfinished = migrator.watch.begin();
    let mut wait = Wait::new(migrator);
    let outcome = loop {
        match attempt(migrator, conn, &mut wait) {
            Err(error @ Error::Locked { .. }) if wait.again(&error) => {}
            outcome => break outcome,
        }
    };
    trace::end(outcome.as_ref());
    let report = outcome?;
    unfinished.end(&report);
    Ok(report)
}

/// One attempt: waits for the lock until the attempt's time is over.
pub(crate) fn attempt(migrator: &Migrator<'_>, conn: &Connection, wait: &mut Wait<'_>) -> Result<Report> {
    let done = settled(migrator, conn, wait).map_err(|error| match error.on(conn) {
        // Somebody of this process was in the way under the lock: the wait knows for how long it has gone on.
        Error::Locked { path, .. } => wait.locked().at(path.as_deref()),
        error => error,
    })?;
    Ok(Report::new(migrator.migrations, done, wait))
}

/// What a run did.
pub(crate) struct Done<'m> {
    pub(crate) ran: Vec<(&'m Migration, Duration)>,
    /// How many migrations of the history the database has now.
    pub(crate) total: usize,
    /// How many of them it had when it was taken over, just now.
    pub(crate) adopted: usize,
    pub(crate) journal_mode: String,
    pub(crate) backup: Option<PathBuf>,
}

/// Between the connection's settings as they are found and as they are left.
fn settled<'m>(migrator: &Migrator<'m>, conn: &Connection, wait: &mut Wait<'_>) -> Result<Done<'m>> {
    if !conn.is_autocommit() {
        return Err(Error::InTransaction { path: None });
    }
    let goal = migrator.goal()?;
    let preparing = Error::sqlite("prepare the connection");
    let _impatience = Impatience::begin(conn).map_err(&preparing)?;
    if let Look::UpToDate(done) = look(migrator, goal, conn) {
        return Ok(done);
    }
    let attached = ledger::attached(conn).map_err(&preparing)?;
    if !attached.is_empty() {
        return Err(Error::Attached { path: None, databases: attached });
    }
    let settings = Settings::prepare(conn).map_err(&preparing)?;
    let done = locked(migrator, goal, conn, &settings, wait)?;
    settings.restore().map_err(|source| Error::Settings { path: None, source })?;
    Ok(done)
}

enum Look<'m> {
    UpToDate(Done<'m>),
    Busy,
    Behind,
}

/// One read, no lock: the newest chain stands for the whole history. Whatever else it finds, an error included, is
/// looked at again under the lock.
fn look<'m>(migrator: &Migrator<'m>, goal: usize, conn: &Connection) -> Look<'m> {
    let newest = match ledger::newest_chain(conn) {
        Ok(Some(newest)) => newest,
        Err(error) if is_busy(&error) => return Look::Busy,
        _ => return Look::Behind,
    };
    let list = migrator.migrations.list;
    match (goal.saturating_sub(1)..list.len()).rev().find(|&at| list[at].chain.to_string() == newest) {
        Some(at) => Look::UpToDate(Done {
            ran: Vec::new(),
            total: at + 1,
            adopted: 0,
            journal_mode: journal_mode(conn),
            backup: None,
        }),
        None => Look::Behind,
    }
}

fn locked<'m>(
    migrator: &Migrator<'m>,
    goal: usize,
    conn: &Connection,
    settings: &Settings<'_>,
    wait: &mut Wait<'_>,
) -> Result<Done<'m>> {
    loop {
        // Looked at before every try: others may have migrated meanwhile, and then there is nothing to lock.
        match look(migrator, goal, conn) {
            Look::UpToDate(done) => {
                wait.over();
                return Ok(done);
            }
            Look::Behind => {
                if let Some((exclusive, backup)) = begin(migrator, goal, conn, wait)? {
                    wait.over();
                    migrator.watch.set(Phase::Migrating);
                    return match run(migrator, goal, exclusive.transaction(), settings, backup) {
                        Ok(done) => exclusive.commit().map(|()| done),
                        Err(error) => Err(exclusive.roll_back(error)),
                    };
                }
            }
            Look::Busy => {}
        }
        wait.pause()?;
    }
}

/// The exclusive transaction, with a copy of the database as it is in it, if one is asked for and there is something to
/// lose. `None` if somebody else is faster.
fn begin<'c>(
    migrator: &Migrator<'_>,
    goal: usize,
    conn: &'c Connection,
    wait: &mut Wait<'_>,
) -> Result<Option<(Exclusive<'c>, Option<Backup>)>> {
    let backup = match &migrator.backup {
        Some(to) => {
            let Some(immediate) = Exclusive::begin(conn, Lock::Immediate)? else { return Ok(None) };
            let worth = pending(migrator, goal, conn)
                .map(|pending| (!pending.list.is_empty() && !pending.is_new) || pending.adopt.is_some());
            let copied =
                worth.and_then(|worth| if worth { Backup::make(conn, to, wait).map(Some) } else { Ok(None) });
            match (copied, immediate.end_unchanged()) {
                (Ok(backup), Ok(())) => backup,
                (Err(error), _) | (_, Err(error)) => return Err(error),
            }
        }
        None => None,
    };
    let Some(backup) = backup else {
        return Ok(Exclusive::begin(conn, Lock::Exclusive)?.map(|exclusive| (exclusive, None)));
    };
    // The copy may have taken long, and is good as long as nobody writes.
    let exclusive = loop {
        match Exclusive::begin(conn, Lock::Exclusive)? {
            Some(exclusive) => break exclusive,
            None => wait.pause()?,
        }
    };
    Ok(if backup.is_current(conn)? { Some((exclusive, Some(backup))) } else { None })
}

/// What a ledger says.
pub(crate) struct Pending<'m> {
    /// What is to run.
    pub(crate) list: &'m [Migration],
    /// How many have run.
    pub(crate) ran: usize,
    /// Whether there is no ledger.
    pub(crate) is_new: bool,
    /// How the database is to be taken over, if there is something in it.
    pub(crate) adopt: Option<Adopt>,
}

pub(crate) fn pending<'m>(migrator: &Migrator<'m>, goal: usize, conn: &Connection) -> Result<Pending<'m>> {
    let reading = Error::sqlite("read the ledger");
    let is_new = !ledger::exists(conn).map_err(&reading)?;
    let mut adopt = None;
    let rows = match is_new {
        true => {
            let tables = ledger::strangers(conn).map_err(&reading)?;
            if !tables.is_empty() {
                adopt = migrator.adopt;
                if adopt.is_none() {
                    return Err(Error::NoLedger { path: None, tables });
                }
            }
            Vec::new()
        }
        false => ledger::rows(conn).map_err(&reading)?,
    };
    let list = migrator.migrations.list;
    let rest = plan::pending(list, &rows).map_err(|conflicts| plan::refusal(list, conflicts))?;
    let ran = list.len() - rest.len();
    Ok(Pending { list: &rest[..goal.saturating_sub(ran)], ran, is_new, adopt })
}

/// Everything that happens under the lock.
fn run<'m>(
    migrator: &Migrator<'m>,
    goal: usize,
    conn: &Transaction<'_>,
    settings: &Settings<'_>,
    backup: Option<Backup>,
) -> Result<Done<'m>> {
    // Read again, now that nobody else can write: others may have migrated while this waited.
    let pending = pending(migrator, goal, conn)?;
    let journal_mode = journal_mode(conn);
    if pending.list.is_empty() && pending.adopt.is_none() {
        return Ok(Done { ran: Vec::new(), total: pending.ran, adopted: 0, journal_mode, backup: None });
    }
    let backup = backup.map(Backup::keep).transpose()?;
    let Ran { adopted, list, violations, total } =
        pending.run(migrator, goal, conn, settings, &migrator.watch)?;
    if !violations.is_empty() {
        return Err(Error::ForeignKeys { path: None, violations });
    }
    Ok(Done { ran: list, total, adopted, journal_mode, backup })
}

/// What pending migrations did.
pub(crate) struct Ran<'m> {
    /// How many the database had when it was taken over.
    pub(crate) adopted: usize,
    /// What ran then.
    pub(crate) list: Vec<(&'m Migration, Duration)>,
    /// What foreign keys lead nowhere now and did not before.
    pub(crate) violations: Vec<Violation>,
    /// How many migrations the database has now.
    pub(crate) total: usize,
}

impl<'m> Pending<'m> {
    /// Runs what is pending, writes the ledger, and sees that the schema is the proven one.
    pub(crate) fn run(
        &self,
        migrator: &Migrator<'m>,
        goal: usize,
        conn: &Transaction<'_>,
        settings: &Settings<'_>,
        watch: &Watch<'_>,
    ) -> Result<Ran<'m>> {
        let migrations = migrator.migrations;
        let checking = Error::sqlite("check foreign keys");
        let before = Violation::read(conn).map_err(&checking)?;
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
        let list = all(watch, list, conn, settings)?;
        let after = Violation::read(conn).map_err(&checking)?;
        let writing = Error::sqlite("write the ledger");
        ledger::adopt(conn, &migrations.list[..adopted]).map_err(&writing)?;
        ledger::insert(conn, &list).map_err(&writing)?;
        let total = self.ran + adopted + list.len();
        if adopted + list.len() > 0 {
            verify::proven(migrations, total, conn)?;
        }
        Ok(Ran { adopted, list, violations: Violation::new_ones(&before, after), total })
    }
}

/// Runs these, and gives back how long each took.
fn all<'m>(
    watch: &Watch<'_>,
    pending: &'m [Migration],
    conn: &Transaction<'_>,
    settings: &Settings<'_>,
) -> Result<Vec<(&'m Migration, Duration)>> {
    let mut ran = Vec::with_capacity(pending.len());
    for (index, migration) in pending.iter().enumerate() {
        let (number, of) = (index + 1, pending.len());
        watch.tell(Event::Started { migration, number, of });
        let start = Instant::now();
        one(migration, conn, settings, |_, _| false, || hook::run(migration, conn))?;
        let duration = start.elapsed();
        watch.tell(Event::Finished { migration, number, of, duration });
        ran.push((migration, duration));
    }
    Ok(ran)
}

/// Runs the statements of one migration and then the code beside it; a statement whose error is forgiven is passed over.
pub(crate) fn one(
    migration: &Migration,
    conn: &Connection,
    settings: &Settings<'_>,
    forgiven: impl Fn(&str, &rusqlite::Error) -> bool,
    code: impl FnOnce() -> Result<()>,
) -> Result<()> {
    let undoing = Error::sqlite("take back what the migration left on the connection");
    let undone = migration.hook.is_some() || migration.statements().any(|(_, statement)| statement.undone);
    let before = if undone { temporary(conn).map_err(&undoing)? } else { Vec::new() };
    for (sql, statement) in migration.statements() {
        self::statement(migration, statement, sql, conn, settings, &forgiven)?;
    }
    if undone {
        settings.off().and_then(|()| settings.strings(false)).map_err(&undoing)?;
        code()?;
        settings.off().map_err(&undoing)?;
        let after = temporary(conn).map_err(&undoing)?;
        for drop in after.iter().filter(|drop| !before.contains(drop)) {
            conn.execute_batch(drop).map_err(&undoing)?;
        }
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
    forgiven: impl Fn(&str, &rusqlite::Error) -> bool,
) -> Result<()> {
    match settings.strings(statement.strings).and_then(|()| execute(conn, sql)) {
        Err(source) if !forgiven(sql, &source) => {
            Err(Error::statement(migration, statement.start as usize, sql, source))
        }
        _ => Ok(()),
    }
}

/// What drops each temporary object of the connection, those of the application among them.
fn temporary(conn: &Connection) -> rusqlite::Result<Vec<String>> {
    conn.prepare(onward_schema::DROP_TEMPORARY)?.query_map([], |row| row.get(0))?.collect()
}

/// Runs a statement to its end, rows or not.
fn execute(conn: &Connection, sql: &str) -> rusqlite::Result<()> {
    let mut statement = conn.prepare(sql)?;
    let mut rows = statement.query([])?;
    while rows.next()?.is_some() {}
    Ok(())
}

/// Only for the report, so that it is no reason to fail.
fn journal_mode(conn: &Connection) -> String {
    conn.query_row("PRAGMA main.journal_mode", [], |row| row.get(0)).unwrap_or_else(|_| "unknown".to_owned())
}
