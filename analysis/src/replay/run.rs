//! Runs a history, statement by statement, and collects what SQLite refuses.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::OnceLock;

use onward_core::kind::{Kind, ObjectKind};
use onward_core::run::Run;
use rusqlite::Result;

use super::consequence::Lost;
use super::end::End;
use super::fault::{DOUBLE_QUOTED_STRING, Fault};
use super::idle::{self, Idle, Later};
use super::indirect::{self, Indirect};
use super::kept::Locked;
use super::masked::{self, Masked};
use super::objects::{fingerprint, ours};
use super::outcome::Replay;
use super::outer::{self, Outer};
use super::plans::Plans;
use super::rebuild::{self, Before, Loss};
use super::seen::Seen;
use super::step::{Base, Step, prepare_renamed};
use super::unresolved::{self, Waiters};
use super::{broken, down, legacy, origin, quoted};
use crate::folder::history::{At, History};
use crate::memo::Memo;
use crate::sqlite::message::{Cause, Refusal};
use crate::sqlite::outside;
use crate::sqlite::sandbox::Sandbox;

/// Replays a history. The migrations before `from` were proven when they were locked: they are run, and what they do to
/// rows is not looked at again.
///
/// # Errors
/// Only if the sandbox itself cannot be set up or read; what the history's statements do is in the [`Replay`].
pub fn replay(history: &History, from: usize) -> Result<Replay> {
    replay_behind(history, from, None)
}

/// The same. What those before `from` have left is not made again if it was kept.
pub(crate) fn replay_behind(history: &History, from: usize, kept: Option<Locked>) -> Result<Replay> {
    let mut plans = Plans::new(history);
    let taken = kept.and_then(|kept| take(history, from, kept, &mut plans));
    let first = if taken.is_some() { from } else { 0 };
    let (sandbox, ran, strings) = match taken {
        Some(taken) => taken,
        None => (Sandbox::open(&history.config)?, Vec::new(), Vec::new()),
    };
    let later = Later::read(history, first);
    let mut replayer = Replayer {
        history,
        idle: Idle::new(&later),
        from,
        sandbox,
        committed: ran.len(),
        ran,
        plans,
        rebuild: Rebuilding::default(),
        faults: Vec::new(),
        faulty: HashSet::new(),
        masked: Vec::new(),
        losses: Vec::new(),
        waiters: Waiters::default(),
        strings,
        quoted: Vec::new(),
        outer: Vec::new(),
        indirect: Vec::new(),
        pending: Vec::new(),
        lost: Lost::default(),
        stopped: false,
    };
    let mut base = None;
    for migration in first..history.migrations.len() {
        if migration == from && from > 0 {
            replayer.idle.bring_back(&replayer.sandbox)?;
            base = Some(replayer.sandbox.copy(&history.config)?);
        }
        replayer.migration(migration)?;
        if replayer.stopped {
            break;
        }
    }
    replayer.idle.bring_back(&replayer.sandbox)?;
    origin::find(history, &replayer.ran, &mut replayer.faults)?;
    let orphans = origin::orphans(history, &replayer.ran, replayer.sandbox.conn())?;
    let open = replayer.ran.partition_point(|step| step.at.migration < from);
    let base = Base { history, steps: &replayer.ran[open..], locked: base };
    let mut seen = Seen::of(&base, &later, &mut replayer.plans, &replayer.faulty)?;
    if seen.lacks_rows {
        let whole = Base { history, steps: &replayer.ran, locked: None };
        let later = Later::read(history, 0);
        seen.extend(Seen::of(&whole, &later, &mut replayer.plans, &replayer.faulty)?, from);
    }
    let Seen { findings, unpopulated, stopped, uncommitted, .. } = seen;
    if let Some((at, refusal)) = uncommitted.filter(|_| !replayer.stopped) {
        replayer.faults.push(Fault { at, refusal, near: None, mended: None, since: None });
    }
    let conn = replayer.sandbox.conn();
    let objects = ours(&history.config, conn)?;
    let fingerprint = fingerprint(&objects, conn)?;
    let schema = replayer.sandbox.schema()?;
    let losses = replayer.losses;
    let losses =
        losses.into_iter().filter_map(|loss| rebuild::lasting(loss, &schema, &replayer.sandbox)).collect();
    // After a fault, what is not there may only be missing because of it.
    let (mut unresolved, mut downs) = (Vec::new(), Vec::new());
    if replayer.faults.is_empty() {
        unresolved = replayer.waiters.come;
        downs = down::find(&base)?;
        unresolved.extend(unresolved::never(history, &replayer.ran, &schema, &replayer.sandbox)?);
    }
    let broken = match replayer.faults.is_empty() {
        true => broken::find(history, &replayer.ran, &replayer.sandbox, &schema)?,
        false => Vec::new(),
    };
    let legacy = match replayer.faults.is_empty() {
        true => legacy::find(history)?,
        false => Vec::new(),
    };
    let Base { locked, .. } = base;
    replayer.sandbox.surround(&history.config)?;
    let known = outside::with_outside(&history.config, schema.clone())?;
    Ok(Replay {
        known,
        vouched: OnceLock::new(),
        nulls: Memo::default(),
        relations: Memo::default(),
        definitions: Memo::default(),
        broken,
        legacy,
        orphans,
        schema,
        objects,
        fingerprint,
        from,
        faults: replayer.faults,
        masked: replayer.masked,
        findings,
        losses,
        unresolved,
        downs,
        unpopulated,
        stopped,
        strings: replayer.strings,
        quoted: replayer.quoted,
        outer: replayer.outer,
        indirect: replayer.indirect,
        ran: replayer.ran,
        end: End::left(replayer.sandbox),
        histories: OnceLock::new(),
        scratch: OnceLock::new(),
        locked: locked.map(End::left),
        snapshot: None,
    })
}

/// Takes up what was kept of the locked migrations, if it is all of them and no rebuild goes on behind them: their database,
/// what has run, and where strings in double quotes were taken.
fn take(
    history: &History,
    from: usize,
    kept: Locked,
    plans: &mut Plans<'_>,
) -> Option<(Sandbox, Vec<Step>, Vec<At>)> {
    let Locked { count, ran, strings, image } = kept;
    let mut whole = 0;
    while whole < from {
        whole += plans.spread(whole).max(1);
    }
    if count != from || whole > from {
        return None;
    }
    Some((Sandbox::restore(&history.config, &image)?, ran, strings))
}

struct Replayer<'h> {
    history: &'h History,
    /// The first migration that is more than run.
    from: usize,
    sandbox: Sandbox,
    idle: Idle<'h>,
    /// What has run, in order.
    ran: Vec<Step>,
    /// How much of `ran` belongs to earlier migrations.
    committed: usize,
    plans: Plans<'h>,
    rebuild: Rebuilding,
    faults: Vec<Fault>,
    /// The migrations of which a statement was refused, be it reported or not.
    faulty: HashSet<usize>,
    masked: Vec<Masked>,
    losses: Vec<Loss>,
    waiters: Waiters,
    strings: Vec<At>,
    quoted: Vec<Fault>,
    outer: Vec<Outer>,
    indirect: Vec<Indirect>,
    /// The indexes of the faults that a later statement may still mend.
    pending: Vec<usize>,
    lost: Lost,
    /// Whether a COMMIT has failed, behind which there is nothing to go on with.
    stopped: bool,
}

/// Migrations that are looked at together, since they may be one rebuild: mostly one.
#[derive(Default)]
struct Rebuilding {
    migrations: Range<usize>,
    /// The schema before the first of them, if they may lose something of it.
    before: Option<Before>,
    /// How much had run before.
    ran: usize,
    /// How many faults there were.
    faults: usize,
}

impl Replayer<'_> {
    fn migration(&mut self, migration: usize) -> Result<()> {
        let foreign_keys = self.history.enforces(migration);
        if foreign_keys {
            self.sandbox.foreign_keys(true)?;
        }
        let is_proven = migration >= self.from;
        if self.rebuild.migrations.end <= migration {
            self.rebuild = self.rebuilding(migration)?;
        }
        for statement in 0..self.history.migrations[migration].statements.len() {
            let at = At { migration, statement };
            let kind = &self.history.statement(at).kind;
            match kind.run() {
                Run::Yes | Run::Undone => self.statement(at)?,
                Run::Never => self.lost.skip(kind),
                Run::Implied | Run::WithoutEffect => {}
            }
        }
        if foreign_keys {
            self.sandbox.foreign_keys(false)?;
        }
        self.sandbox.reset()?;
        if migration + 1 == self.rebuild.migrations.end {
            self.lose()?;
        }
        if is_proven {
            let steps = &self.ran[self.committed..];
            self.waiters.look(self.history, steps, &self.sandbox)?;
            self.quoted.extend(quoted::find(self.history, steps, &self.sandbox)?);
        }
        if let (Err(error), Some(last)) = (self.sandbox.commit(), self.ran.last()) {
            self.stopped = true;
            self.fault(last.at, Refusal::at_commit(error));
        }
        self.committed = self.ran.len();
        self.put_aside(migration)
    }

    /// Puts aside what the rest of the history cannot reach. Where something is refused, nobody can be sure what that is.
    fn put_aside(&mut self, migration: usize) -> Result<()> {
        let is_between = self.rebuild.migrations.end <= migration + 1;
        if !is_between
            || !self.faults.is_empty()
            || !self.faulty.is_empty()
            || !self.idle.is_due(self.history, migration)
        {
            return Ok(());
        }
        let waiting = self.waiters.names();
        let is_safe = || idle::are_right(&self.sandbox);
        self.idle.put_aside(&self.sandbox, migration, &waiting, |_| false, is_safe)
    }

    fn rebuilding(&mut self, migration: usize) -> Result<Rebuilding> {
        let migrations = migration..migration + self.plans.spread(migration);
        let before = match migrations.end > self.from {
            true => Before::read(self.history, migrations.clone(), &self.sandbox, self.idle.names())?,
            false => None,
        };
        Ok(Rebuilding { migrations, before, ran: self.ran.len(), faults: self.faults.len() })
    }

    /// Sees what is gone. Behind a fault, it may only be so because of that.
    fn lose(&mut self) -> Result<()> {
        let Rebuilding { migrations, before, ran, faults } = std::mem::take(&mut self.rebuild);
        let is_faulty = migrations.into_iter().any(|migration| self.faulty.contains(&migration));
        let Some(before) = before.filter(|_| self.faults.len() == faults && !is_faulty) else {
            return Ok(());
        };
        let plan = self.plans.read(&self.ran[ran..]);
        self.losses.extend(before.losses(self.history, &plan, &self.sandbox)?);
        Ok(())
    }

    fn statement(&mut self, at: At) -> Result<()> {
        let mut strings = self.history.statement(at).allows(DOUBLE_QUOTED_STRING);
        if strings && self.needs_strings(at)? {
            self.strings.push(at);
        } else if !strings && self.history.passes_strings() {
            let passed = quoted::passed(self.history, at, &self.sandbox);
            // An ALTER TABLE reads all views and triggers again, when it runs.
            strings = passed.is_some() || matches!(self.history.statement(at).kind, Kind::Alter { .. });
            self.quoted.extend(passed);
        }
        if at.migration >= self.from {
            self.masked.extend(masked::find(self.history, at, &self.sandbox)?);
        }
        let is_new = at.migration >= self.from;
        let is_behind = indirect::is_behind(&self.history.statement(at).kind);
        let stored = match is_new && !is_behind {
            true => indirect::find(self.history, at, &self.sandbox),
            false => Vec::new(),
        };
        match self.run(Step { at, strings })? {
            Ok(()) => {
                self.indirect.extend(stored);
                if is_new && is_behind {
                    self.indirect.extend(indirect::find(self.history, at, &self.sandbox));
                }
                if is_new {
                    self.outer.extend(outer::find(self.history, at, &self.sandbox));
                }
                self.mend(at)
            }
            Err(refusal) => self.refused(at, refusal),
        }
    }

    /// Whether SQLite refuses a statement in which double quotes are names.
    fn needs_strings(&self, at: At) -> Result<bool> {
        let sql = self.history.sql(at);
        if !matches!(self.history.statement(at).kind, Kind::Alter { .. }) {
            return Ok(self.sandbox.prepare(sql, false).is_err());
        }
        // What it finds in views and triggers, an ALTER TABLE says when it runs.
        self.sandbox.conn().execute_batch("SAVEPOINT tried")?;
        let outcome = self.sandbox.run(sql, false);
        self.sandbox.conn().execute_batch("ROLLBACK TO tried; RELEASE tried")?;
        Ok(outcome.is_err())
    }

    /// Runs a statement; the outer error is the sandbox's, the inner one SQLite's word on the statement.
    fn run(&mut self, step: Step) -> Result<std::result::Result<(), Refusal>> {
        let outcome = self.sandbox.run(self.history.sql(step.at), step.strings);
        if outcome.is_ok() {
            self.ran.push(step);
        } else if self.sandbox.is_lost() {
            // SQLite gave up the transaction, and with it what this migration had done before: do that again.
            self.sandbox.conn().execute_batch("BEGIN EXCLUSIVE")?;
            if self.history.enforces(step.at.migration) {
                self.sandbox.foreign_keys(true)?;
            }
            self.idle.bring_back(&self.sandbox)?;
            for step in &self.ran[self.committed..] {
                // What is random may not work twice; the fault that brought this about is reported in any case.
                let _ = self.sandbox.run(self.history.sql(step.at), step.strings);
            }
        } else if self.idle.bring_back(&self.sandbox)? {
            return self.run(step);
        }
        Ok(outcome.map_err(Refusal::from))
    }

    fn refused(&mut self, at: At, refusal: Refusal) -> Result<()> {
        self.faulty.insert(at.migration);
        let kind = &self.history.statement(at).kind;
        if let Cause::Elsewhere(culprit) = &refusal.cause
            && culprit.is_string()
            && self.run(Step { at, strings: true })?.is_ok()
        {
            // Whoever mends the string that is reported mends this.
            let is_known =
                |fault: &Fault| matches!(fault.refusal.cause, Cause::NoColumn { quoted: true, .. });
            let allows = |at: At| self.history.statement(at).allows(DOUBLE_QUOTED_STRING);
            let mut quoted = self.quoted.iter().filter(|fault| !allows(fault.at));
            if !self.faults.iter().any(is_known) && quoted.next().is_none() {
                self.fault(at, refusal);
            }
            return Ok(());
        }
        let follows = self.lost.explains(&refusal);
        self.lost.add(kind, &refusal.cause, self.history.sql(at));
        if follows {
            return Ok(());
        }
        let is_index = matches!(kind, Kind::Create { object: ObjectKind::Index, .. });
        match refusal.cause {
            // Read as SQLite by default reads it, it works: what comes later must not suffer from it.
            Cause::NoColumn { quoted: true, .. } if !is_index => {
                let _ = self.run(Step { at, strings: true })?;
            }
            Cause::NoColumn { .. } | Cause::NoTable(_) => self.pending.push(self.faults.len()),
            _ => {}
        }
        self.fault(at, refusal);
        Ok(())
    }

    fn fault(&mut self, at: At, refusal: Refusal) {
        let near = origin::near(self.sandbox.conn(), self.history.sql(at), &refusal.cause);
        self.faults.push(Fault { at, refusal, near, mended: None, since: None });
    }

    /// Tries what was refused before again, now that `at` has run.
    fn mend(&mut self, at: At) -> Result<()> {
        if self.pending.is_empty() || !self.history.statement(at).kind.changes_schema() {
            return Ok(());
        }
        for index in std::mem::take(&mut self.pending) {
            let Fault { at: refused, refusal, .. } = &self.faults[index];
            let (refused, earlier) = (*refused, refusal.cause.clone());
            match prepare_renamed(self.history, &self.sandbox, refused) {
                Ok(()) => {
                    self.faults[index].mended = Some(at);
                    // A DROP that came too early must not take away what has been made since.
                    if !matches!(self.history.statement(refused).kind, Kind::Drop { .. }) {
                        let _ = self.run(Step { at: refused, strings: false })?;
                    }
                }
                Err(refusal) if is_next(&earlier, &refusal.cause) => {
                    self.faults[index].mended = Some(at);
                    self.pending.push(self.faults.len());
                    self.fault(refused, refusal);
                }
                Err(_) => self.pending.push(index),
            }
        }
        Ok(())
    }
}

/// Whether SQLite has come past one missing thing and now misses the next.
fn is_next(earlier: &Cause, now: &Cause) -> bool {
    match (earlier, now) {
        (Cause::NoColumn { name, .. }, Cause::NoColumn { name: next, .. }) => {
            !name.eq_ignore_ascii_case(next)
        }
        (Cause::NoTable(name), Cause::NoTable(next)) => !name.eq_ignore_ascii_case(next),
        (Cause::NoTable(_), Cause::NoColumn { .. }) => true,
        _ => false,
    }
}
