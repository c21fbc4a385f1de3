//! Runs what is pending: all of it, or nothing.

use rusqlite::{Connection, Transaction};

use super::done::{Done, report};
use super::foresight::Foresight;
use super::wait::Wait;
use crate::error::{Error, ErrorKind, Result, is_busy};
use crate::ledger::{self, Reading};
use crate::report::{Phase, Report, trace};
use crate::run::{Context, Exclusive, Goal, Lock, Unnamed, fit, pending, rolled_back};
use crate::settings::{self, Impatience, NO_JOURNAL, Settings};

/// A run on the caller's connection, to this goal; that there is none such is a failed run as well.
pub(crate) fn apply(context: Context<'_>, goal: Result<Goal>, conn: &mut Connection) -> Result<Report> {
    let unfinished = context.options.watch.begin();
    let outcome = goal.and_then(|goal| quietly(context, goal, conn));
    trace::end(outcome.as_ref());
    let report = outcome?;
    unfinished.end(&report);
    Ok(report)
}

/// The same, and nobody is told how it ends.
pub(crate) fn quietly(context: Context<'_>, goal: Goal, conn: &Connection) -> Result<Report> {
    let mut wait = Wait::new(context.options);
    loop {
        match attempt(context, goal, conn, |conn| Impatience::begin(conn), &mut wait) {
            Err(error) if is_locked(&error) && wait.again(&error) => {}
            outcome => return outcome,
        }
    }
}

fn is_locked(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Locked { .. })
}

/// How to make a connection wait only briefly.
pub(crate) type Begin = for<'c> fn(&'c Connection) -> rusqlite::Result<Impatience<'c>>;

/// One attempt: waits for the lock until the attempt's time is over.
pub(crate) fn attempt(
    context: Context<'_>,
    goal: Goal,
    conn: &Connection,
    impatience: Begin,
    wait: &mut Wait<'_>,
) -> Result<Report> {
    let done = settled(context, goal, conn, impatience, wait).map_err(|error| match error.on(conn) {
        // Somebody of this process was in the way under the lock: the wait knows for how long it has gone on.
        error if is_locked(&error) => wait.locked().at(error.path()),
        error => error,
    })?;
    Ok(report(context.migrations, done, wait))
}

/// Between the connection's settings as they are found and as they are left.
fn settled<'m>(
    context: Context<'m>,
    goal: Goal,
    conn: &Connection,
    impatience: Begin,
    wait: &mut Wait<'_>,
) -> Result<Done<'m>> {
    if !conn.is_autocommit() {
        return Err(ErrorKind::InTransaction.into());
    }
    fit(context.migrations, rusqlite::version_number())?;
    let preparing = Error::sqlite("prepare the connection");
    let _impatience = impatience(conn).map_err(&preparing)?;
    let found = look(context, goal, conn);
    if let Look::UpToDate(done) = found {
        return Ok(done);
    }
    let attached = ledger::attached(conn).map_err(&preparing)?;
    if !attached.is_empty() {
        return Err(ErrorKind::Attached { databases: attached }.into());
    }
    let settings = Settings::prepare(conn).map_err(&preparing)?;
    let done = locked(context, goal, conn, found, &settings, wait)?;
    settings.restore().map_err(|source| ErrorKind::Settings { source })?;
    Ok(done)
}

enum Look<'m> {
    UpToDate(Done<'m>),
    Busy,
    Behind,
}

/// One read, no lock: the newest chain stands for the whole history. Whatever else it finds, an error included, is
/// looked at again under the lock.
fn look<'m>(context: Context<'m>, goal: Goal, conn: &Connection) -> Look<'m> {
    let newest = match ledger::newest_chain(conn, context.migrations.ledger()) {
        Ok(Some(newest)) => newest,
        Err(error) if is_busy(&error) => return Look::Busy,
        _ => return Look::Behind,
    };
    let (Goal::Up(goal), Ok(newest)) = (goal, newest.parse()) else { return Look::Behind };
    match context.migrations.list().reached(newest, goal) {
        Some(count) => Look::UpToDate(Done::nothing(count, 0, journal_mode(conn))),
        None => ahead(context, Goal::Up(goal), conn).unwrap_or(Look::Behind),
    }
}

/// A database that is newer than the program, and accepted.
fn ahead<'m>(context: Context<'m>, goal: Goal, conn: &Connection) -> Option<Look<'m>> {
    context.options.accept_newer?;
    let read = Reading::begin(conn).ok()?;
    let pending = pending(context, goal, &read).ok()?;
    drop(read);
    (pending.newer > 0).then(|| Look::UpToDate(Done::nothing(pending.ran, pending.newer, journal_mode(conn))))
}

fn locked<'m>(
    context: Context<'m>,
    goal: Goal,
    conn: &Connection,
    mut found: Look<'m>,
    settings: &Settings<'_>,
    wait: &mut Wait<'_>,
) -> Result<Done<'m>> {
    let mut foresight = Foresight::default();
    loop {
        match found {
            Look::UpToDate(done) => {
                wait.over();
                return Ok(done);
            }
            Look::Behind => {
                let begun = begin(context, goal, conn, settings, &mut foresight, wait);
                if !matches!(begun, Ok(Some(_))) {
                    // What makes the lock useless is told at once, and before what keeps it away.
                    foresight.look(context, goal, conn, wait)?;
                }
                if let Some((exclusive, backup)) = begun? {
                    wait.over();
                    context.options.watch.set(Phase::Migrating);
                    return match run(context, goal, exclusive.transaction(), settings, backup) {
                        Ok(done) => exclusive.commit().map(|()| {
                            if let (Some(count), Some(copy)) = (context.options.keep, &done.backup) {
                                copy.keep_newest(count);
                            }
                            done
                        }),
                        Err(error) => Err(rolled_back(exclusive, error, conn)),
                    };
                }
            }
            Look::Busy => {}
        }
        wait.pause()?;
        // Looked at before every try: others may have migrated meanwhile, and then there is nothing to lock.
        found = look(context, goal, conn);
    }
}

/// The exclusive transaction, and the copy.
type Begun<'c> = (Exclusive<'c>, Option<Box<dyn Unnamed>>);

/// The exclusive transaction, with a copy of the database as it is in it, if one is asked for and there is something to
/// lose. `None` if somebody else is faster.
fn begin<'c>(
    context: Context<'_>,
    goal: Goal,
    conn: &'c Connection,
    settings: &Settings<'_>,
    foresight: &mut Foresight,
    wait: &mut Wait<'_>,
) -> Result<Option<Begun<'c>>> {
    let backup = match &context.options.backup {
        Some(copying) => {
            let Some(immediate) = Exclusive::begin(conn, Lock::Immediate)? else { return Ok(None) };
            let pending = pending(context, goal, conn)?;
            pending.hooks_are_here(goal)?;
            if (!pending.list.is_empty() && !pending.is_empty) || pending.adopt.is_some() {
                Some((copying.make)(conn, context.file, immediate, &copying.to, &mut || wait.pause())?)
            } else {
                immediate.end_unchanged()?;
                None
            }
        }
        None => None,
    };
    let Some(backup) = backup else {
        return Ok(exclusive(conn, settings)?.map(|exclusive| (exclusive, None)));
    };
    // The copy may have taken long, and is good as long as nobody writes.
    let exclusive = loop {
        match self::exclusive(conn, settings)? {
            Some(exclusive) => break exclusive,
            None => {
                foresight.look(context, goal, conn, wait)?;
                wait.pause()?;
            }
        }
    };
    Ok(if backup.is_current(conn)? { Some((exclusive, Some(backup))) } else { None })
}

/// The exclusive transaction, with a journal to roll it back by.
fn exclusive<'c>(conn: &'c Connection, settings: &Settings<'_>) -> Result<Option<Exclusive<'c>>> {
    let Some(exclusive) = Exclusive::begin(conn, Lock::Exclusive)? else { return Ok(None) };
    if !settings::journal_mode(conn).is_ok_and(|mode| mode == NO_JOURNAL) {
        return Ok(Some(exclusive));
    }
    // Inside a transaction it could not be switched on.
    exclusive.end_unchanged()?;
    settings.journal().map_err(Error::sqlite("switch the journal on"))?;
    Exclusive::begin(conn, Lock::Exclusive)
}

/// Everything that happens under the lock.
fn run<'m>(
    context: Context<'m>,
    goal: Goal,
    conn: &Transaction<'_>,
    settings: &Settings<'_>,
    backup: Option<Box<dyn Unnamed>>,
) -> Result<Done<'m>> {
    // Read again, now that nobody else can write: others may have migrated while this waited.
    let pending = pending(context, goal, conn)?;
    let journal_mode = journal_mode(conn);
    if pending.list.is_empty() && pending.adopt.is_none() {
        return Ok(Done::nothing(pending.ran, pending.newer, journal_mode));
    }
    pending.hooks_are_here(goal)?;
    pending.unshadowed(context.migrations, conn)?;
    let backup = backup.map(|copy| copy.keep()).transpose()?;
    let ran = pending.run(context, goal, conn, settings, &context.options.watch)?;
    if ran.violations.total() > 0 {
        let (count, violations) = (ran.violations.total(), ran.violations.shown());
        return Err(ErrorKind::ForeignKeys { violations, count }.into());
    }
    Ok(Done { ran, journal_mode, backup })
}

/// Only for the report, so that it is no reason to fail.
fn journal_mode(conn: &Connection) -> String {
    settings::journal_mode(conn).unwrap_or_else(|_| "unknown".to_owned())
}
