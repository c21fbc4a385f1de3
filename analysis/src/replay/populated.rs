//! The populated replay: sample rows go through the whole history, under the runtime's own rules, and what becomes of them is
//! seen.
//!
//! It is a database of its own, on which the statements run that have worked on the empty one. After each migration, rows
//! are put into the tables that have none. What fails is noted, the rows in its way are taken out, and the replay goes on.

mod failure;
mod orphans;
mod plant;
mod seldom;

use std::collections::{BTreeMap, BTreeSet, HashSet};

use onward_core::kind::{Change, Kind};
use onward_schema::Violation;
use rusqlite::Result;

use super::cascade::{self, Trial, Watch};
use super::contents::Contents;
use super::finding::{Finding, What};
use super::idle::{Idle, Later};
use super::keys::Keys;
use super::loss;
use super::plan::Plan;
use super::rows::Filler;
use super::sample::Rows;
use super::step::Base;
use super::trial::Trials;
use super::write::Write;
use crate::folder::history::{At, History};
use crate::sqlite::message::Refusal;
use crate::sqlite::sandbox::Sandbox;

/// What came of one populated replay.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    pub(super) found: Vec<Finding>,
    /// The tables that could not be populated, and why.
    pub(super) empty: BTreeMap<String, String>,
    /// Where the rows could be carried no further.
    pub(super) stopped: Option<At>,
    /// The migrations of which a statement fails, by their indexes, and none with foreign keys on.
    pub(super) acting: HashSet<usize>,
    /// The last statement before a COMMIT that failed.
    pub(super) uncommitted: Option<(At, Refusal)>,
    /// Whether locked tables may have rows of users that could not be made here: those that are older than a trigger.
    pub(super) lacks_rows: bool,
}

/// Runs the history with sample rows of one kind, in a sandbox that is as the base says, with rows in those of the locked tables that are reached; nothing is
/// said of migrations with faults, where what is missing may only follow from them.
pub(super) fn run(
    base: &Base<'_>,
    sandbox: Sandbox,
    reached: &BTreeSet<String>,
    plans: &[Plan],
    later: &Later,
    faulty: &HashSet<usize>,
    rows: Rows,
) -> Result<Outcome> {
    let mut populated = Populated {
        history: base.history,
        // What was refused at first may run late, out of its order.
        idle: faulty.is_empty().then(|| Idle::new(later)),
        keys: Keys::read(&sandbox)?,
        sandbox,
        filler: Filler::new(rows),
        rows,
        has_keys: base.locked.is_some(),
        since: Since::default(),
        released: BTreeSet::new(),
        outcome: Outcome::default(),
    };
    populated.plant(&Since { tables: reached.clone(), ..Since::default() })?;
    let filler = &populated.filler;
    populated.outcome.lacks_rows =
        base.locked.is_some() && (filler.is_held_off.get() || !filler.empty.is_empty());
    let mut trials = Trials::new(base.history);
    let (mut tried, mut together) = (Vec::new(), 0);
    for (number, plan) in plans.iter().enumerate() {
        if number == together && rows == Rows::Harsh {
            together += trials.together(&plans[number..]);
            tried.extend(trials.find(&populated.sandbox, &plans[number..together])?);
        }
        populated.migration(plan, plan.migrations().any(|migration| faulty.contains(&migration)))?;
        if populated.outcome.stopped.is_some() {
            break;
        }
        // Migrations without a statement that runs have no plan.
        let next = plans.get(number + 1).map_or(base.history.migrations.len(), Plan::migration);
        populated.stop(plan.migration()..next)?;
        populated.put_aside(plan.migration()..next)?;
    }
    populated.bring_back()?;
    // So that it is known of which tables nothing was seen.
    let rest = std::mem::take(&mut populated.since);
    populated.plant(&rest)?;
    if let (Some(last), None) = (plans.last(), populated.outcome.stopped) {
        populated.commit(last);
    }
    let found: HashSet<At> = populated.outcome.found.iter().map(|finding| finding.at).collect();
    let is_new = |finding: &Finding| !found.contains(&finding.at) && !faulty.contains(&finding.at.migration);
    populated.outcome.found.extend(tried.into_iter().filter(is_new));
    // All that is pending is applied at once, so what a later migration mends is no fault.
    let end = Violation::read(populated.sandbox.conn())?;
    populated.outcome.found.retain(|finding| match &finding.what {
        What::Orphans { violations, .. } => violations
            .iter()
            .any(|found| end.iter().any(|left| left.table == found.table && left.parent == found.parent)),
        _ => true,
    });
    populated.outcome.empty = populated.filler.empty;
    Ok(populated.outcome)
}

struct Populated<'h> {
    history: &'h History,
    sandbox: Sandbox,
    idle: Option<Idle<'h>>,
    keys: Keys,
    filler: Filler,
    rows: Rows,
    has_keys: bool,
    /// What has happened since an application could write.
    since: Since,
    /// The tables that were touched since a release.
    released: BTreeSet<String>,
    outcome: Outcome,
}

/// What migrations that run together have done.
#[derive(Default)]
struct Since {
    /// The tables whose rows or limits may be others.
    tables: BTreeSet<String>,
    /// Those of them whose limits may be.
    altered: BTreeSet<String>,
    /// Columns that were added, with their tables.
    added: BTreeSet<(String, String)>,
    /// Those that rows have been inserted into.
    seeded: BTreeSet<String>,
    /// Columns that were given values, with their tables.
    updated: BTreeSet<(String, String)>,
}

impl Populated<'_> {
    fn migration(&mut self, plan: &Plan, is_faulty: bool) -> Result<()> {
        let foreign_keys = self.history.enforces(plan.migration());
        self.has_keys |= plan.has_keys;
        let compares = !is_faulty && (plan.rebuilds() || foreign_keys);
        let before = if compares { self.contents(plan, foreign_keys)? } else { BTreeMap::new() };
        let checks_keys = !is_faulty && self.has_keys && plan.touches_rows();
        let suspects = match checks_keys {
            true => Some(self.keys.suspects(self.history, &self.sandbox, plan)?),
            false => None,
        };
        let violations = match &suspects {
            Some(suspects) => suspects.violations(&self.sandbox)?,
            None => Vec::new(),
        };
        let trial = match self.rows == Rows::Harsh && checks_keys && !foreign_keys {
            true => Trial::of(self.history, plan, &self.sandbox)?,
            false => None,
        };
        let found = self.outcome.found.len();
        if foreign_keys {
            self.sandbox.foreign_keys(true)?;
        }
        let (mut failed, mut is_whole, mut acts, mut seldom) = (false, true, Vec::new(), Vec::new());
        for step in &plan.steps {
            self.touch(step.at)?;
            self.unseen(*step, is_faulty)?;
            let write = plan.write(step.at);
            let watch = match foreign_keys && compares {
                true => Watch::before(self.history, step.at, write, &self.sandbox)?,
                false => Watch::default(),
            };
            let rare = if is_faulty { None } else { self.rare(*step, write, plan)? };
            let mut outcome = self.sandbox.run(self.history.sql(step.at), step.strings);
            if outcome.is_err() && self.bring_back()? && !self.sandbox.is_lost() {
                // What there was before cannot be held against what there is with the others.
                is_whole = false;
                outcome = self.sandbox.run(self.history.sql(step.at), step.strings);
            }
            match outcome {
                Ok(()) => seldom.extend(rare),
                Err(error) => {
                    // What never ran has lost nothing.
                    failed = true;
                    self.failed(*step, Refusal::from(error), plan, is_faulty)?;
                }
            }
            if self.outcome.stopped.is_some() {
                return Ok(());
            }
            acts.extend(watch.after(&self.sandbox)?);
            self.follow(step.at);
        }
        if foreign_keys {
            self.sandbox.foreign_keys(false)?;
        }
        if plan.is_undone {
            self.sandbox.reset()?;
        }
        self.keys.follow(&self.sandbox, plan)?;
        if failed
            && let Some(trial) = trial
            && trial.works(self.history, plan)?
        {
            self.outcome.acting.extend(plan.migrations());
        }
        if !failed {
            for (table, before) in &before {
                if let Some(after) = Contents::read(&self.sandbox, table)? {
                    let found = loss::find(&self.sandbox, plan, table, before, &after, self.rows)?;
                    self.outcome.found.extend(found);
                }
            }
            let acts = cascade::lasting(acts, self.history, &before, &self.sandbox, self.rows)?;
            self.outcome.found.extend(acts);
            let lost = self.outcome.found.len() > found;
            if let Some(suspects) = suspects.filter(|_| is_whole && !lost) {
                self.orphans(plan, suspects, &violations)?;
            }
        }
        self.outcome.found.extend(seldom);
        // Databases stop behind any migration, and come from any: each is committed, or all of them at once.
        if self.rows == Rows::Harsh {
            self.commit(plan);
        }
        self.since.tables.extend(plan.tables());
        self.since.altered.extend(plan.altered());
        self.since.added.extend(plan.added.iter().cloned());
        for (_, write) in &plan.writes {
            match write {
                Write::Update { table, columns } => {
                    self.since.updated.extend(columns.iter().map(|column| (table.clone(), column.clone())));
                }
                Write::Insert { table } => drop(self.since.seeded.insert(table.clone())),
                Write::Copy(_) | Write::Delete { .. } => {}
            }
        }
        Ok(())
    }

    fn commit(&mut self, plan: &Plan) {
        if let (Err(error), Some(last)) = (self.sandbox.commit(), plan.steps.last()) {
            self.outcome.uncommitted = Some((last.at, Refusal::at_commit(error)));
            self.outcome.stopped = Some(last.at);
        }
    }

    /// What is in the tables that the migration may lose rows of.
    fn contents(&self, plan: &Plan, all: bool) -> Result<BTreeMap<String, Contents>> {
        let tables = match all {
            false => plan.tables().into_iter().collect(),
            true => onward_schema::objects(self.sandbox.conn())?,
        };
        let mut contents = BTreeMap::new();
        for table in tables {
            if let Some(found) = Contents::read(&self.sandbox, &table)? {
                contents.insert(table, found);
            }
        }
        Ok(contents)
    }

    /// Keeps count of which table has rows of ours.
    fn follow(&mut self, at: At) {
        let lower = |name: &str| name.to_ascii_lowercase();
        match &self.history.statement(at).kind {
            Kind::Alter { table, change: Some(Change::RenameTable(to)) } => {
                self.filler.rename(&lower(&table.text), &lower(&to.text));
            }
            Kind::Drop { name, .. } => self.filler.forget(&lower(&name.text)),
            _ => {}
        }
    }
}
