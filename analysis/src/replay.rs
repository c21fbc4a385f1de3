//! Runs a history on a sandboxed SQLite, statement by statement, and collects what SQLite refuses.
//!
//! A statement that is refused for something that is not there is kept and tried again after each later change of the
//! schema: the first that makes it work is where the missing thing comes from. The replay goes on without it meanwhile,
//! so one run finds every fault, and what only fails because an earlier statement did is not reported again.

mod absent;
mod broken;
mod cascade;
mod constraint;
mod contents;
mod down;
mod flow;
mod keys;
mod late;
mod left;
mod legacy;
mod lifted;
mod limits;
mod loss;
mod lost;
mod masked;
mod moved;
mod null_key;
mod offender;
mod origin;
mod outer;
mod past;
mod plan;
mod purpose;
mod quoted;
mod reach;
mod rebuild;
mod rows;
mod shape;
mod trial;
mod value;
mod witness;
mod write;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::ops::Range;
use std::sync::{Mutex, OnceLock, PoisonError};

use onward_core::kind::{Change, Kind, ObjectKind};
use onward_core::run::Run;
use onward_core::token::{Token, significant};
use onward_schema::{Fingerprint, Schema, Violation};
use rusqlite::{Connection, Result};

use crate::cause::{Cause, Refusal};
use crate::config::Config;
use crate::file::Place;
use crate::history::{At, History};
use crate::outside;
use crate::sandbox::Sandbox;
pub(crate) use broken::Broken;
pub(crate) use constraint::Constraint;
pub(crate) use down::{Back, Down};
use late::Waiters;
pub(crate) use late::{Late, Waiting};
pub(crate) use legacy::{Legacy, Problem};
use lost::Lost;
pub(crate) use masked::Masked;
pub(crate) use origin::{Since, near, nearest};
pub(crate) use outer::{Outer, Where};
use past::Past;
pub(crate) use past::removal;
use plan::Plan;
use rebuild::Before;
pub(crate) use rebuild::{Loss, Part};
use rows::Rows;
pub(crate) use witness::{What, Witness};
pub(crate) use write::{joins, left_out, selected};

/// The code under which a directive allows strings in double quotes, which changes how the statement is run.
pub const DOUBLE_QUOTED_STRING: &str = "double_quoted_string";

/// What is left after every statement has been run.
#[derive(Debug)]
pub struct Replay {
    /// The schema at the end of the history.
    pub schema: Schema,
    /// The same, with what the application has beside it.
    pub(crate) known: Schema,
    /// The names of everything in it that the history makes, in lower case and sorted.
    pub objects: Vec<String>,
    /// Its fingerprint.
    pub fingerprint: Fingerprint,
    /// The first migration that was held against rows; those before it are locked.
    pub(crate) from: usize,
    pub(crate) faults: Vec<Fault>,
    pub(crate) orphans: Option<Orphans>,
    pub(crate) masked: Vec<Masked>,
    pub(crate) broken: Vec<Broken>,
    pub(crate) legacy: Vec<Legacy>,
    pub(crate) witnesses: Vec<Witness>,
    pub(crate) losses: Vec<Loss>,
    pub(crate) late: Vec<Late>,
    pub(crate) downs: Vec<Down>,
    /// The tables that no legal row could be made for, with the reason: of them nothing was seen.
    pub unpopulated: BTreeMap<String, String>,
    /// The statements behind which there were no rows any more, if any.
    pub(crate) stopped: Vec<At>,
    /// The statements in which a string stands in double quotes, as a directive allows.
    pub(crate) strings: Vec<At>,
    /// Strings in double quotes that fail nothing in the replay: in what SQLite does not look at, or let pass by a level.
    pub(crate) quoted: Vec<Fault>,
    pub(crate) outer: Vec<Outer>,
    /// What has run, in order.
    ran: Vec<Step>,
    /// The database at the end of the history.
    sandbox: Mutex<Sandbox>,
    past: OnceLock<Past>,
}

/// Rows at the end of the history whose foreign keys lead nowhere.
#[derive(Debug, Clone)]
pub(crate) struct Orphans {
    /// The index of the migration that left the first of them.
    pub(crate) migration: usize,
    pub(crate) violations: Vec<Violation>,
}

/// A statement that SQLite refused.
#[derive(Debug, Clone)]
pub(crate) struct Fault {
    /// Which statement.
    pub(crate) at: At,
    /// What SQLite said.
    pub(crate) refusal: Refusal,
    /// A name that exists and is spelled almost like the one that does not.
    pub(crate) near: Option<String>,
    /// The first later statement after which SQLite no longer says so.
    pub(crate) mended: Option<At>,
    /// The earlier statement since which SQLite says so.
    pub(crate) since: Option<Since>,
}

/// One execution: a statement, and whether double quotes were read as strings where no such name existed.
#[derive(Debug, Clone, Copy)]
struct Step {
    at: At,
    strings: bool,
}

/// What is to be proven: the steps, and the database that they start from.
struct Base<'h> {
    history: &'h History,
    steps: &'h [Step],
    /// What the locked migrations leave, if there are any.
    locked: Option<Sandbox>,
}

impl Base<'_> {
    fn sandbox(&self) -> Result<Sandbox> {
        match &self.locked {
            Some(locked) => locked.copy(&self.history.config),
            None => Sandbox::open(&self.history.config),
        }
    }
}

/// Replays a history. The migrations before `from` were proven when they were locked: they are run, and what they do to
/// rows is not looked at again.
///
/// # Errors
/// Only if the sandbox itself cannot be set up or read; what the history's statements do is in the [`Replay`].
pub fn replay(history: &History, from: usize) -> Result<Replay> {
    let mut replayer = Replayer {
        history,
        from,
        sandbox: Sandbox::open(&history.config)?,
        ran: Vec::new(),
        committed: 0,
        rebuild: Rebuilding::default(),
        faults: Vec::new(),
        faulty: HashSet::new(),
        masked: Vec::new(),
        losses: Vec::new(),
        waiters: Waiters::default(),
        strings: Vec::new(),
        quoted: Vec::new(),
        outer: Vec::new(),
        pending: Vec::new(),
        lost: Lost::default(),
        stopped: false,
    };
    let mut base = None;
    for migration in 0..history.migrations.len() {
        if migration == from && from > 0 {
            base = Some(replayer.sandbox.copy(&history.config)?);
        }
        replayer.migration(migration)?;
        if replayer.stopped {
            break;
        }
    }
    origin::find(history, &replayer.ran, &mut replayer.faults)?;
    let orphans = origin::orphans(history, &replayer.ran, replayer.sandbox.conn())?;
    let open = replayer.ran.partition_point(|step| step.at.migration < from);
    let base = Base { history, steps: &replayer.ran[open..], locked: base };
    let Seen { witnesses, unpopulated, stopped, uncommitted } = witnesses(&base, &replayer.faulty)?;
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
    let (mut late, mut downs) = (Vec::new(), Vec::new());
    if replayer.faults.is_empty() {
        late = replayer.waiters.come;
        downs = down::find(&base)?;
        late.extend(late::never(history, &replayer.ran, &schema, conn)?);
    }
    let broken = match replayer.faults.is_empty() {
        true => broken::find(history, &replayer.ran, &replayer.sandbox, &schema)?,
        false => Vec::new(),
    };
    let legacy = match replayer.faults.is_empty() {
        true => legacy::find(history)?,
        false => Vec::new(),
    };
    replayer.sandbox.surround(&history.config)?;
    let known = outside::with_outside(&history.config, schema.clone())?;
    Ok(Replay {
        known,
        broken,
        legacy,
        orphans,
        schema,
        objects,
        fingerprint,
        from,
        faults: replayer.faults,
        masked: replayer.masked,
        witnesses,
        losses,
        late,
        downs,
        unpopulated,
        stopped,
        strings: replayer.strings,
        quoted: replayer.quoted,
        outer: replayer.outer,
        ran: replayer.ran,
        sandbox: Mutex::new(replayer.sandbox),
        past: OnceLock::new(),
    })
}

/// The names of what the history makes, without the stubs of what others make.
fn ours(config: &Config, conn: &Connection) -> Result<Vec<String>> {
    let objects = onward_schema::objects(conn)?;
    Ok(objects.into_iter().filter(|name| !config.is_external(name)).collect())
}

/// The fingerprint of these objects.
pub(crate) fn fingerprint(objects: &[String], conn: &Connection) -> Result<Fingerprint> {
    let names: Vec<&str> = objects.iter().map(String::as_str).collect();
    Fingerprint::read(conn, Some(&names))
}

/// What the rows have shown.
struct Seen {
    witnesses: Vec<Witness>,
    unpopulated: BTreeMap<String, String>,
    stopped: Vec<At>,
    /// The last statement before a COMMIT that failed.
    uncommitted: Option<(At, Refusal)>,
}

/// Carries rows through the history, mild ones and then harsh ones.
fn witnesses(base: &Base<'_>, faulty: &HashSet<usize>) -> Result<Seen> {
    let plans = Plan::all(base.history, base.steps);
    let reached = match &base.locked {
        Some(locked) => reach::tables(base.history, base.steps, locked)?,
        None => BTreeSet::new(),
    };
    // One after the other: memory is counted for the whole process, and two threads would wait for the count.
    let mild = witness::run(base, &reached, &plans, faulty, Rows::Mild)?;
    let harsh = witness::run(base, &reached, &plans, faulty, Rows::Harsh)?;
    let mut witnesses = mild.found;
    // What the mild rows have shown, the harsh ones show again.
    let seen: HashSet<At> = witnesses.iter().map(|witness| witness.at).collect();
    witnesses.extend(harsh.found.into_iter().filter(|witness| !seen.contains(&witness.at)));
    for witness in &mut witnesses {
        if let What::Fails { acts, .. } = &mut witness.what {
            *acts = harsh.acting.contains(&witness.at.migration);
        }
    }
    Ok(Seen {
        witnesses,
        unpopulated: mild.empty,
        stopped: mild.stopped.into_iter().chain(harsh.stopped).collect(),
        uncommitted: mild.uncommitted.or(harsh.uncommitted),
    })
}

impl Replay {
    /// Where the rows could be carried no further, if they could not be carried to the end.
    pub fn stopped(&self) -> &[At] {
        &self.stopped
    }

    /// Runs the history once more, and calls back after each statement.
    pub(crate) fn again(
        &self,
        history: &History,
        sandbox: &Sandbox,
        mut after: impl FnMut(At),
    ) -> Result<()> {
        origin::again(history, &self.ran, sandbox, |at, _| {
            after(at);
            Ok(())
        })
    }

    /// Calls with the database at the end of the history, in which nothing must be changed.
    pub(crate) fn with_sandbox<T>(&self, call: impl FnOnce(&Sandbox) -> T) -> T {
        call(&self.sandbox.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// What became of each column; the first call runs the history once more.
    pub(crate) fn past(&self, history: &History) -> &Past {
        self.past.get_or_init(|| Past::read(history, &self.ran).unwrap_or_default())
    }

    /// Where the history defines a column as it is at the end.
    pub(crate) fn definition(&self, history: &History, table: &str, column: &str) -> Option<Place> {
        past::definition(history, &self.ran, table, column)
    }
}

struct Replayer<'h> {
    history: &'h History,
    /// The first migration that is more than run.
    from: usize,
    sandbox: Sandbox,
    /// What has run, in order.
    ran: Vec<Step>,
    /// How much of `ran` belongs to earlier migrations.
    committed: usize,
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
        let foreign_keys = self.history.migrations[migration].foreign_keys;
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
        Ok(())
    }

    fn rebuilding(&self, migration: usize) -> Result<Rebuilding> {
        let migrations = migration..migration + Plan::spread(self.history, migration);
        let before = match migrations.end > self.from {
            true => Before::read(self.history, migrations.clone(), &self.sandbox)?,
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
        let plan = Plan::read(self.history, &self.ran[ran..]);
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
        match self.run(Step { at, strings })? {
            Ok(()) => {
                if at.migration >= self.from {
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
            if self.history.migration(step.at).foreign_keys {
                self.sandbox.foreign_keys(true)?;
            }
            for step in &self.ran[self.committed..] {
                // What is random may not work twice; the fault that brought this about is reported in any case.
                let _ = self.sandbox.run(self.history.sql(step.at), step.strings);
            }
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

/// Whether SQLite takes a statement if what it creates has another name: whether its own is taken is not asked.
fn prepare_renamed(history: &History, sandbox: &Sandbox, at: At) -> std::result::Result<(), Refusal> {
    let (sql, renamed) = (history.sql(at), history.renamed(at));
    sandbox.prepare(&renamed, false).map_err(|error| {
        let refusal = Refusal::from(error);
        let offset = refusal.offset.map(|offset| (offset + sql.len()).saturating_sub(renamed.len()));
        Refusal { offset, ..refusal }
    })
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

impl Fault {
    /// Where the statement names the thing that is wrong with it: SQLite's own offset if it gives one, else the last
    /// token of that name, else the statement.
    pub(crate) fn place(&self, history: &History, name: &str) -> Place {
        let range = culprit(history.sql(self.at), &self.refusal, name);
        let mut place = history.place(self.at);
        if let Some(range) = range {
            let start = place.range.start;
            place.range = start + range.start..start + range.end;
        }
        place
    }
}

/// Where a refused statement names what it is refused for.
pub(crate) fn culprit(sql: &str, refusal: &Refusal, name: &str) -> Option<Range<usize>> {
    // SQLite puts the schema before a table's name if the statement does.
    let plain = name.rsplit('.').next().unwrap_or(name);
    let is_it = |found: String| found.eq_ignore_ascii_case(name) || found.eq_ignore_ascii_case(plain);
    let named = |token: &Token<'_>| token.name().is_some_and(is_it);
    let from = refusal.offset.unwrap_or(0);
    let tokens: Vec<Token<'_>> = significant(sql).filter(|token| token.range.end > from).collect();
    let token = match (refusal.offset, &refusal.cause) {
        // A qualified name begins before its last part.
        (Some(_), _) => tokens.iter().take(5).find(|token| named(token)).or_else(|| tokens.first()),
        // The same name may qualify a column elsewhere.
        (None, Cause::NoTable(_)) => {
            let is_table = |before: &Token<'_>| TABLE_FOLLOWS.iter().any(|word| before.is(word));
            let pair = tokens.windows(2).find(|pair| is_table(&pair[0]) && named(&pair[1]));
            pair.map(|pair| &pair[1]).or_else(|| tokens.iter().rfind(|token| named(token)))
        }
        (None, _) => tokens.iter().rfind(|token| named(token)),
    };
    token.map(|token| token.range.clone())
}

/// Words after which a table is named.
const TABLE_FOLLOWS: [&str; 5] = ["FROM", "JOIN", "INTO", "UPDATE", "TABLE"];

/// Where `made` brings in `name`: the name itself if it can be seen, else the statement.
pub(crate) fn place_of_origin(history: &History, made: At, name: &str) -> Place {
    if let Kind::Alter { table, change: Some(Change::RenameTable(to)) } = &history.statement(made).kind
        && !to.is(name)
        && !table.is(name)
    {
        // A table that was rebuilt has its columns from what made it under the name it had before.
        let mut built: Vec<At> = history.statements().take_while(|&at| at < made).collect();
        built.retain(|&at| shapes(&history.statement(at).kind, &table.text));
        if let Some(place) = built.into_iter().rev().find_map(|at| named(history, at, name)) {
            return place;
        }
    }
    named(history, made, name).unwrap_or_else(|| history.place(made))
}

/// Whether a statement gives a table of this name its columns.
fn shapes(kind: &Kind, table: &str) -> bool {
    match kind {
        Kind::Create { object: ObjectKind::Table, name, .. } => name.is(table),
        Kind::Alter { table: altered, change: Some(Change::Add(_) | Change::Rename(..)) } => {
            altered.is(table)
        }
        _ => false,
    }
}

/// Where a statement names this: last in an ALTER, whose table may have the same name as its column, else first.
fn named(history: &History, at: At, name: &str) -> Option<Place> {
    let mut places = history.named(at, name).into_iter();
    match history.statement(at).kind {
        Kind::Alter { .. } => places.next_back(),
        _ => places.next(),
    }
}
