//! Tries statements with values that sample rows rarely hold: those which the table allowed before, and which the
//! statement may not.
//!
//! A trial runs migrations that run together, with such rows beside those that are there, and takes everything back. So
//! what a migration cleans, converts or leaves out is cleaned, converted and left out as it would be in the field.

mod attempt;
mod demand;
mod odd;
mod plant;
mod target;
#[cfg(test)]
mod tests;
mod wish;

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use onward_core::token::significant;
use rusqlite::Result;

use super::finding::{self, Finding};
use super::plan::Plan;
use super::value::shown;
use super::write::Write;
use crate::folder::history::{At, History};
use crate::folder::release::Stop;
use crate::sqlite::sandbox::Sandbox;
use crate::sqlite::table::TableModel;
use attempt::{Ended, Group, How};
use plant::Ground;
use target::{Target, What};
use wish::{Wish, Wishes};

/// What was cleaned so many runs ago is clean, if nobody says that a release came in between.
const RECENT: usize = 4;
/// How many statements may be run to find the row that one of them refuses.
const STEPS: usize = 5000;

/// The tables that rows come from, by the names that they have before the migrations.
type Grounds = BTreeMap<String, Option<Ground>>;

/// The trials of one history.
#[derive(Debug)]
pub(super) struct Trials<'h> {
    history: &'h History,
    /// What the latest migrations have changed, by table and column; without a column, rows were deleted.
    cleaned: VecDeque<BTreeSet<(String, String)>>,
    /// Where tables are made to be looked at.
    scratch: OnceCell<Sandbox>,
}

impl<'h> Trials<'h> {
    pub(super) fn new(history: &'h History) -> Trials<'h> {
        Trials { history, cleaned: VecDeque::new(), scratch: OnceCell::new() }
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
    pub(super) fn find(&mut self, sandbox: &Sandbox, plans: &[Plan]) -> Result<Vec<Finding>> {
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

    fn group(&self, sandbox: &Sandbox, plans: &[Plan]) -> Result<Vec<Finding>> {
        let mut grounds = Grounds::new();
        let mut group = Group { history: self.history, plans, targets: Vec::new() };
        let mut wishes = Vec::new();
        for target in Target::all(self.history, sandbox, plans)? {
            if !grounds.contains_key(&target.origin) {
                grounds.insert(target.origin.clone(), Ground::read(sandbox, &target.origin)?);
            }
            let Some(ground) = &grounds[&target.origin] else { continue };
            let known = self.wishes(sandbox, &group, &target, ground)?;
            if !known.is_empty() {
                wishes.push(known);
                group.targets.push(target);
            }
        }
        // What a trial does is taken back with the transaction.
        let Some(last) = group.targets.iter().map(|target| target.at).max() else { return Ok(Vec::new()) };
        if sandbox.commit().is_err() {
            return Ok(Vec::new());
        }
        let all = || {
            let wishes = group.targets.iter().zip(&wishes);
            let wishes = wishes.flat_map(|(target, wishes)| wishes.iter().map(move |wish| (target, wish)));
            let mut row = 0;
            for (target, wish) in wishes {
                plant(sandbox, &grounds, target, wish, row);
                row += wish.len() as i64;
            }
        };
        let failed = group.attempt(sandbox, last, all)?;
        if failed.is_empty() {
            return Ok(Vec::new());
        }
        // What fails with the rows that are there says nothing of others.
        let known = group.attempt(sandbox, last, || ())?;
        let is_known = |at: At| known.iter().any(|known| known.at == at);
        let mut found = Vec::new();
        for at in failed.into_iter().map(|ended| ended.at).filter(|&at| !is_known(at)) {
            found.extend(self.guilty(sandbox, &group, at, &wishes, &grounds)?);
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
        grounds: &Grounds,
    ) -> Result<Option<Finding>> {
        let steps = group.plans.iter().flat_map(|plan| &plan.steps);
        let mut left = STEPS / steps.filter(|step| step.at <= at).count().max(1);
        for (number, target) in group.targets.iter().enumerate().filter(|(_, target)| target.at == at) {
            for wish in &wishes[number] {
                let mut is_legal = false;
                let alone = || is_legal = plant(sandbox, grounds, target, wish, 0);
                let ended = group.attempt(sandbox, at, alone)?;
                if let ([ended], true) = (&ended[..], is_legal)
                    && ended.at == at
                    && let Some(ground) = &grounds[&target.origin]
                {
                    return Ok(Some(self.finding(ended, target, ground, wish)));
                }
                left = left.saturating_sub(1);
                if left == 0 {
                    return Ok(None);
                }
            }
        }
        Ok(None)
    }

    fn finding(&self, ended: &Ended, target: &Target<'_>, ground: &Ground, wish: &Wish) -> Finding {
        let what = match &ended.how {
            How::Refused(refusal) => {
                let rows = wish.iter().map(|pins| {
                    let values = pins.iter().map(|(&column, value)| {
                        format!("{} = {}", ground.model.columns[column].name, shown(value))
                    });
                    values.collect::<Vec<_>>().join(", ")
                });
                let rows: Vec<String> = rows.collect();
                let table = self.history.written(&target.origin);
                let row = match &rows[..] {
                    [one, other] if one == other => format!("two rows of `{table}` with {one}"),
                    _ => format!("a row of `{table}` with {}", rows.join(" beside one with ")),
                };
                finding::What::Fails { refusal: refusal.clone(), row: Some(row), acts: false }
            }
            How::Fewer(before, after) => finding::What::RowsLost {
                table: target.origin.clone(),
                before: *before,
                after: *after,
                cascade: false,
            },
        };
        Finding { at: ended.at, certain: false, what }
    }

    /// A table as this statement makes it, in a database that has nothing else.
    fn made(&self, created: At, table: &str) -> Result<Option<Arc<TableModel>>> {
        if self.scratch.get().is_none() {
            let _ = self.scratch.set(Sandbox::open(&self.history.config)?);
        }
        let Some(scratch) = self.scratch.get() else { return Ok(None) };
        scratch.conn().execute_batch("SAVEPOINT made")?;
        let model = match scratch.run(self.history.sql(created), false) {
            Ok(()) => scratch.model(table)?,
            Err(_) => None,
        };
        scratch.conn().execute_batch("ROLLBACK TO made; RELEASE made")?;
        Ok(model)
    }

    /// What to try for a statement.
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
            What::Copy { copy, created, demands } => {
                let Some(into) = self.made(*created, &copy.table)? else { return Ok(Vec::new()) };
                let from: Vec<String> =
                    ground.model.columns.iter().map(|field| field.name.to_ascii_lowercase()).collect();
                wishes.copy(copy, sql, &into, &from, demands);
                wishes.picked(copy, sql, &into, &from);
            }
            What::Joined { copy, created } => {
                let Some(into) = self.made(*created, &copy.table)? else { return Ok(Vec::new()) };
                wishes.picked(copy, sql, &into, &[]);
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
            || matches!(target.what, What::Copy { .. } | What::Joined { .. }) && picks(target.at)
    }
}

/// Puts rows in that go together; says whether all of them are legal.
fn plant(sandbox: &Sandbox, grounds: &Grounds, target: &Target<'_>, wish: &Wish, first: i64) -> bool {
    let Some(ground) = &grounds[&target.origin] else { return false };
    let rows = wish.iter().zip(first..);
    rows.fold(true, |all, (pins, row)| ground.plant(sandbox, pins, row) && all)
}
