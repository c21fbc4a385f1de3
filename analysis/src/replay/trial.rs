//! Tries statements with values that sample rows rarely hold: those which the table allowed before, and which the
//! statement may not.
//!
//! A trial runs migrations that run together, with such rows beside those that are there, and takes everything back. So
//! what a migration cleans, converts or leaves out is cleaned, converted and left out as it would be in the field.

mod demand;
mod odd;
mod plant;
mod target;
#[cfg(test)]
mod tests;
mod wish;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use onward_core::token::significant;
use rusqlite::Result;

use super::contents::Contents;
use super::plan::Plan;
use super::shape::Shape;
use super::value::shown;
use super::witness::{self, Witness};
use super::write::Write;
use crate::cause::{Cause, Limit, Refusal};
use crate::history::{At, History};
use crate::release::Stop;
use crate::sandbox::{Sandbox, quoted};
use plant::Ground;
use target::{Target, What};
use wish::{Wish, Wishes};

/// What was cleaned so many runs ago is clean, if nobody says that a release came in between.
const RECENT: usize = 4;
/// How many statements may be run to find the row that one of them refuses.
const STEPS: usize = 5000;

/// The trials of one history.
#[derive(Debug)]
pub(super) struct Trials<'h> {
    history: &'h History,
    /// What the latest migrations have changed, by table and column; without a column, rows were deleted.
    cleaned: VecDeque<BTreeSet<(String, String)>>,
}

/// What became of a statement.
#[derive(Debug)]
struct Ended {
    at: At,
    how: How,
}

#[derive(Debug)]
enum How {
    Refused(Refusal),
    /// An INSERT OR IGNORE has left rows of a table behind.
    Fewer(usize, usize),
}

/// Migrations that run together.
struct Group<'p> {
    plans: &'p [Plan],
    targets: Vec<Target<'p>>,
}

impl<'h> Trials<'h> {
    pub(super) fn new(history: &'h History) -> Trials<'h> {
        Trials { history, cleaned: VecDeque::new() }
    }

    /// How many of these plans run together, from the first on.
    pub(super) fn together(&self, plans: &[Plan]) -> usize {
        let ends = |number: usize| {
            let next = plans.get(number + 1).map_or(self.history.migrations.len(), Plan::migration);
            (plans[number].migration()..next).any(|migration| self.history.releases.stop(migration).is_some())
        };
        (0..plans.len()).find(|&number| ends(number)).map_or(plans.len(), |number| number + 1)
    }

    /// Tries migrations that run together on the database that stands before them, and leaves it as it was.
    pub(super) fn find(&mut self, sandbox: &Sandbox, plans: &[Plan]) -> Result<Vec<Witness>> {
        let found = self.group(sandbox, plans)?;
        self.remember(plans);
        Ok(found)
    }

    fn remember(&mut self, plans: &[Plan]) {
        let mut cleaned = BTreeSet::new();
        for (_, write) in plans.iter().flat_map(|plan| &plan.writes) {
            match write {
                Write::Update { table, columns } => {
                    cleaned.extend(columns.iter().map(|column| (table.clone(), column.clone())));
                }
                Write::Delete { table, .. } => drop(cleaned.insert((table.clone(), String::new()))),
                _ => {}
            }
        }
        let stops =
            plans.iter().flat_map(Plan::migrations).map(|migration| self.history.releases.stop(migration));
        if stops.into_iter().any(|stop| stop == Some(Stop::Certain)) {
            self.cleaned.clear();
            return;
        }
        self.cleaned.push_back(cleaned);
        if self.cleaned.len() > RECENT {
            self.cleaned.pop_front();
        }
    }

    fn group(&self, sandbox: &Sandbox, plans: &[Plan]) -> Result<Vec<Witness>> {
        let targets = Target::all(self.history, sandbox, plans)?;
        let mut grounds = BTreeMap::new();
        for target in &targets {
            if !grounds.contains_key(&target.origin) {
                grounds.insert(target.origin.clone(), Ground::read(sandbox, &target.origin)?);
            }
        }
        if grounds.values().all(Option::is_none) {
            return Ok(Vec::new());
        }
        let mut group = Group { plans, targets };
        let mut wishes = Vec::new();
        for target in std::mem::take(&mut group.targets) {
            let ground = grounds[&target.origin].as_ref();
            let known = match (ground, &target.what) {
                (None, _) => continue,
                // What it is copied into is only there in the course of the migrations.
                (_, What::Copy { .. }) => None,
                (Some(ground), _) => Some(self.wishes(sandbox, &group, &target, ground)?),
            };
            if known.as_ref().is_none_or(|known| !known.is_empty()) {
                wishes.push(known.unwrap_or_default());
                group.targets.push(target);
            }
        }
        if group.targets.is_empty() {
            return Ok(Vec::new());
        }
        // What a trial does is taken back with the transaction.
        if sandbox.commit().is_err() {
            return Ok(Vec::new());
        }
        let known = self.attempt(
            sandbox,
            &group,
            None,
            || (),
            |number| {
                let target = &group.targets[number];
                if let (What::Copy { .. }, Some(ground)) = (&target.what, &grounds[&target.origin]) {
                    wishes[number] = self.wishes(sandbox, &group, target, ground)?;
                }
                Ok(())
            },
        )?;
        let known: BTreeSet<At> = known.into_iter().map(|ended| ended.at).collect();
        for (target, wishes) in group.targets.iter().zip(&mut wishes) {
            if known.contains(&target.at) {
                wishes.clear();
            }
        }
        if wishes.iter().all(Vec::is_empty) {
            return Ok(Vec::new());
        }
        let plant = |number: usize, wish: &Wish, first: i64| {
            let ground = grounds[&group.targets[number].origin].as_ref();
            let Some(ground) = ground else { return false };
            let rows = wish.iter().zip(first..);
            rows.fold(true, |all, (pins, row)| ground.plant(sandbox, pins, row) && all)
        };
        let all = || {
            let mut row = 0;
            for (number, wish) in
                wishes.iter().enumerate().flat_map(|(n, all)| all.iter().map(move |w| (n, w)))
            {
                plant(number, wish, row);
                row += wish.len() as i64;
            }
        };
        let ended = self.attempt(sandbox, &group, None, all, |_| Ok(()))?;
        let mut found = Vec::new();
        for at in ended.into_iter().map(|ended| ended.at).filter(|at| !known.contains(at)) {
            found.extend(self.guilty(sandbox, &group, at, &wishes, &grounds, &plant)?);
        }
        Ok(found)
    }

    /// The first rows that make a statement fail by themselves.
    fn guilty(
        &self,
        sandbox: &Sandbox,
        group: &Group<'_>,
        at: At,
        wishes: &[Vec<Wish>],
        grounds: &BTreeMap<String, Option<Ground>>,
        plant: &impl Fn(usize, &Wish, i64) -> bool,
    ) -> Result<Option<Witness>> {
        let steps = group.plans.iter().flat_map(|plan| &plan.steps);
        let mut left = STEPS / steps.filter(|step| step.at <= at).count().max(1);
        for (number, target) in group.targets.iter().enumerate().filter(|(_, target)| target.at == at) {
            for wish in &wishes[number] {
                let mut is_legal = false;
                let alone = || is_legal = plant(number, wish, 0);
                let ended = self.attempt(sandbox, group, Some(at), alone, |_| Ok(()))?;
                if let ([ended], true) = (&ended[..], is_legal)
                    && ended.at == at
                    && let Some(ground) = &grounds[&target.origin]
                {
                    return Ok(Some(self.witness(ended, target, ground, wish)));
                }
                left = left.saturating_sub(1);
                if left == 0 {
                    return Ok(None);
                }
            }
        }
        Ok(None)
    }

    fn witness(&self, ended: &Ended, target: &Target<'_>, ground: &Ground, wish: &Wish) -> Witness {
        let what = match &ended.how {
            How::Refused(refusal) => {
                let rows = wish.iter().map(|pins| {
                    let values = pins.iter().map(|(&column, value)| {
                        format!("{} = {}", ground.shape.columns[column].name, shown(value))
                    });
                    values.collect::<Vec<_>>().join(", ")
                });
                let rows: Vec<String> = rows.collect();
                let table = self.history.written(&target.origin);
                let row = match &rows[..] {
                    [one, other] if one == other => format!("two rows of `{table}` with {one}"),
                    _ => format!("a row of `{table}` with {}", rows.join(" beside one with ")),
                };
                witness::What::Fails { refusal: refusal.clone(), row: Some(row) }
            }
            How::Fewer(before, after) => witness::What::RowsLost {
                table: target.origin.clone(),
                before: *before,
                after: *after,
                cascade: false,
            },
        };
        Witness { at: ended.at, certain: false, what }
    }

    /// What to try for a statement that is about to run.
    fn wishes(
        &self,
        sandbox: &Sandbox,
        group: &Group<'_>,
        target: &Target<'_>,
        ground: &Ground,
    ) -> Result<Vec<Wish>> {
        let sql = self.history.sql(target.at);
        let mut wishes = Wishes::new(ground, |column| self.is_cleaned(group, target, column));
        match &target.what {
            What::Copy { copy, demands } => {
                let Some(into) = Shape::read(sandbox.conn(), &copy.table)? else { return Ok(Vec::new()) };
                let from = copy
                    .source
                    .as_deref()
                    .map(|source| Contents::read(sandbox, source))
                    .transpose()?
                    .flatten();
                let own =
                    || ground.shape.columns.iter().map(|field| field.name.to_ascii_lowercase()).collect();
                let from: Vec<String> = from.map_or_else(own, |contents| contents.columns);
                wishes.copy(copy, sql, &into, &from, demands);
            }
            What::Index => wishes.index(sandbox, sql),
            What::Update(columns) => wishes.update(columns, sql),
            What::Trigger => wishes.trigger(),
        }
        Ok(wishes.done())
    }

    /// Whether a migration has seen to the values of a column, right before the statement or as part of it.
    fn is_cleaned(&self, group: &Group<'_>, target: &Target<'_>, column: &str) -> bool {
        let is_earlier = |(at, write): &&(At, Write)| *at < target.at && target.names.contains(write.table());
        let writes = group.plans.iter().flat_map(|plan| &plan.writes).filter(is_earlier);
        let updates = |(_, write): &(At, Write)| match write {
            Write::Update { columns, .. } => columns.iter().any(|name| name == column),
            _ => false,
        };
        let recent = |(table, name): &(String, String)| {
            (name == column || name.is_empty()) && target.names.contains(table)
        };
        let picks = |at: At| {
            let tokens = significant(self.history.sql(at)).skip_while(|token| !token.is("WHERE"));
            tokens.into_iter().any(|token| token.name().is_some_and(|name| name.eq_ignore_ascii_case(column)))
        };
        writes.into_iter().any(updates)
            || self.cleaned.iter().flatten().any(recent)
            || matches!(target.what, What::Copy { .. }) && picks(target.at)
    }

    /// Runs the statements on what `plant` has put in, calls `look` before each target, says which statements failed, and
    /// takes everything back.
    fn attempt(
        &self,
        sandbox: &Sandbox,
        group: &Group<'_>,
        to: Option<At>,
        plant: impl FnOnce(),
        mut look: impl FnMut(usize) -> Result<()>,
    ) -> Result<Vec<Ended>> {
        plant();
        let mut ended = Vec::new();
        for plan in group.plans {
            let foreign_keys = self.history.migrations[plan.migration()].foreign_keys;
            if foreign_keys {
                sandbox.foreign_keys(true)?;
            }
            let mut goes_on = true;
            for step in &plan.steps {
                let targets = group.targets.iter().enumerate().filter(|(_, target)| target.at == step.at);
                for (number, _) in targets {
                    look(number)?;
                }
                goes_on = self.step(sandbox, group, *step, &mut ended)?;
                goes_on &= to.is_none_or(|to| ended.is_empty() && step.at < to);
                if !goes_on {
                    break;
                }
            }
            if foreign_keys {
                sandbox.foreign_keys(false)?;
            }
            if !goes_on {
                break;
            }
            if plan.is_undone {
                sandbox.reset()?;
            }
        }
        if !sandbox.is_lost() {
            sandbox.conn().execute_batch("ROLLBACK")?;
        }
        sandbox.conn().execute_batch("BEGIN EXCLUSIVE")?;
        if group.plans.iter().any(|plan| plan.is_undone) {
            sandbox.reset()?;
        }
        Ok(ended)
    }

    /// Runs a statement, if need be without the rows of the tables that it names; says whether to go on.
    fn step(
        &self,
        sandbox: &Sandbox,
        group: &Group<'_>,
        step: super::Step,
        ended: &mut Vec<Ended>,
    ) -> Result<bool> {
        let sql = self.history.sql(step.at);
        let counted = group.ignores(self.history, step.at);
        let count = |table: &str| witness::count_rows(sandbox, table).unwrap_or(0);
        let before = counted.map(|(source, table)| count(source) + count(table));
        let Err(error) = sandbox.run(sql, step.strings) else {
            if let (Some((_, table)), Some(before)) = (counted, before) {
                let after = count(table);
                if after < before {
                    let how = How::Fewer(before.unsigned_abs() as usize, after.unsigned_abs() as usize);
                    ended.push(Ended { at: step.at, how });
                }
            }
            return Ok(true);
        };
        let refusal = Refusal::from(error);
        let is_limit = matches!(refusal.cause, Cause::Limit(Limit::Steps | Limit::Memory));
        if is_limit || sandbox.is_lost() || witness::is_stubbed(self.history, sql) {
            return Ok(false);
        }
        ended.push(Ended { at: step.at, how: How::Refused(refusal) });
        let named: BTreeSet<String> =
            significant(sql).filter_map(|token| token.name()).map(|name| name.to_ascii_lowercase()).collect();
        let all = onward_schema::objects(sandbox.conn())?;
        sandbox.without_triggers(|| {
            for table in all.iter().filter(|table| named.contains(*table)) {
                // Of views there is nothing to delete.
                let _ = sandbox.run(&format!("DELETE FROM main.{}", quoted(table)), false);
            }
            Ok(())
        })?;
        Ok(sandbox.run(sql, step.strings).is_ok())
    }
}

impl Group<'_> {
    /// From where to where an INSERT OR IGNORE copies all rows of a table that is then dropped.
    fn ignores(&self, history: &History, at: At) -> Option<(&str, &str)> {
        let target = self.targets.iter().find(|target| target.at == at)?;
        let What::Copy { copy, .. } = &target.what else { return None };
        let source = copy.source.as_deref().filter(|_| copy.is_plain())?;
        let is_dropped = self.plans.iter().any(|plan| plan.is_dropped(source));
        let is_ignoring = significant(history.sql(at)).nth(2).is_some_and(|token| token.is("IGNORE"));
        (is_dropped && is_ignoring).then_some((source, copy.table.as_str()))
    }
}
