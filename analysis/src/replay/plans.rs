//! The plans of a history's migrations. Each is read once: to parse a statement costs more than most that is done with it.

use std::collections::{BTreeMap, BTreeSet};

use onward_core::kind::{Change, Kind, Name, ObjectKind};

use super::plan::Plan;
use super::step::Step;
use crate::folder::history::{At, History};

/// What each migration does by itself, by its index.
pub(super) struct Plans<'h> {
    history: &'h History,
    singles: BTreeMap<usize, Plan>,
}

impl<'h> Plans<'h> {
    pub(super) fn new(history: &'h History) -> Plans<'h> {
        Plans { history, singles: BTreeMap::new() }
    }

    /// What these steps do.
    pub(super) fn read(&mut self, steps: &[Step]) -> Plan {
        let migration = steps.first().map(|step| step.at.migration);
        if let Some(migration) = migration {
            let single = self.single(migration);
            if single.steps.iter().map(|step| step.at).eq(steps.iter().map(|step| step.at)) {
                return Plan { steps: steps.to_vec(), ..single.clone() };
            }
        }
        Plan::read(self.history, steps)
    }

    /// Cuts what has run into migrations. A rebuild that is spread over several is one: no application writes into a table
    /// that is half built.
    pub(super) fn all(&mut self, ran: &[Step]) -> Vec<Plan> {
        let chunks = ran.chunk_by(|a, b| a.at.migration == b.at.migration);
        let plans: Vec<Plan> = chunks.map(|steps| self.read(steps)).collect();
        let mut all = Vec::new();
        let mut rest = &plans[..];
        while let Some((first, _)) = rest.split_first() {
            let next: Vec<&Plan> = rest.iter().take(SPREAD).collect();
            let length = split(self.history, &next);
            all.push(match length {
                1 => first.clone(),
                _ => {
                    let steps: Vec<Step> =
                        rest[..length].iter().flat_map(|plan| plan.steps.clone()).collect();
                    Plan::read(self.history, &steps)
                }
            });
            rest = &rest[length..];
        }
        all
    }

    /// Over how many migrations, from this one on, the rebuild is spread that it begins; one if it begins none.
    pub(super) fn spread(&mut self, migration: usize) -> usize {
        let history = self.history;
        let rest = migration..history.migrations.len().min(migration + SPREAD);
        let has = |migration: usize, is_it: fn(&Kind) -> bool| {
            history.migrations[migration].statements.iter().any(|statement| is_it(&statement.kind))
        };
        let begins = |kind: &Kind| match kind {
            Kind::Create { object, .. } => *object == ObjectKind::Table,
            Kind::Alter { change, .. } => matches!(change, Some(Change::RenameTable(_))),
            _ => false,
        };
        let ends = |kind: &Kind| match kind {
            Kind::Drop { object, .. } => *object == ObjectKind::Table,
            Kind::Alter { change, .. } => matches!(change, Some(Change::RenameTable(_))),
            _ => false,
        };
        if !has(migration, begins) || !rest.clone().skip(1).any(|migration| has(migration, ends)) {
            return 1;
        }
        for migration in rest.clone() {
            self.single(migration);
        }
        let plans: Vec<&Plan> = rest.filter_map(|migration| self.singles.get(&migration)).collect();
        split(history, &plans)
    }

    /// What a migration does if every statement of it runs.
    fn single(&mut self, migration: usize) -> &Plan {
        let history = self.history;
        self.singles.entry(migration).or_insert_with(|| {
            let statements = 0..history.migrations[migration].statements.len();
            let steps = statements.map(|statement| Step { at: At { migration, statement }, strings: false });
            let runs = |step: &Step| history.statement(step.at).kind.runs();
            Plan::read(history, &steps.filter(runs).collect::<Vec<_>>())
        })
    }
}

/// Over how many migrations a rebuild may be spread.
const SPREAD: usize = 8;

/// How many of these migrations, from the first on, are one rebuild; one if that is none.
fn split(history: &History, plans: &[&Plan]) -> usize {
    let first = plans[0];
    // The new table takes the name of the old one in the end, or the old one makes room first.
    let made = first.made.iter().map(|new| (new, None));
    let moved = first.renames.iter().map(|(table, old)| (table, Some(old)));
    made.chain(moved).find_map(|(table, old)| ends(history, plans, table, old)).unwrap_or(1)
}

/// How many of these migrations fill a table from the one that it is to replace, and replace it.
fn ends(history: &History, plans: &[&Plan], table: &String, old: Option<&String>) -> Option<usize> {
    // A file may make a thousand tables; only what gets another name, or makes room, is looked at.
    let mut renames = plans.iter().flat_map(|plan| &plan.renames);
    if old.is_none() && !renames.any(|(from, _)| from == table) {
        return None;
    }
    let is_alike = |plan: &&&Plan| {
        !plan.is_undone
            && history.migrations[plan.migration()].foreign_keys
                == history.migrations[plans[0].migration()].foreign_keys
    };
    let mut names = BTreeSet::from([table.clone()]);
    names.extend(old.cloned());
    // Several tables may be built anew beside each other.
    let made = |name: &String| plans[0].made.contains(name);
    names.extend(plans[0].made.iter().cloned());
    let copies = plans[0].copies().filter(|(_, copy)| made(&copy.table));
    names.extend(copies.flat_map(|(_, copy)| copy.sources.iter().cloned()));
    let (mut filled, mut length) = (None, None);
    for (at, plan) in plans.iter().take(SPREAD).take_while(is_alike).enumerate() {
        if at > 0 && plans[at - 1].migration() + 1 != plan.migration() {
            break;
        }
        for (copied, copy) in plan.copies().filter(|(_, copy)| copy.table == *table) {
            match old {
                None => names.extend(copy.sources.iter().cloned()),
                Some(old) if !copy.sources.contains(old) => continue,
                Some(_) => {}
            }
            filled = filled.or(Some(copied));
        }
        if at > 0 && !plan.tables().iter().all(|name| names.contains(name)) {
            break;
        }
        let renames: Vec<(At, &Name)> =
            plan.steps.iter().filter_map(|step| rename(history, step, table)).collect();
        // A table that makes room itself before it is filled is none that takes the place of another.
        if old.is_none() && renames.iter().any(|(at, _)| filled.is_none_or(|filled| *at <= filled)) {
            break;
        }
        if filled.is_none() {
            continue;
        }
        let is_over = match old {
            None => renames.iter().any(|(_, to)| names.contains(&to.text.to_ascii_lowercase())),
            Some(old) => plan.is_dropped(old),
        };
        if is_over || old.is_some() {
            length = Some(at + 1);
        }
        if is_over {
            break;
        }
    }
    length.filter(|&length| length > 1)
}

/// Where a step gives a table another name, and which.
fn rename<'h>(history: &'h History, step: &Step, table: &str) -> Option<(At, &'h Name)> {
    match &history.statement(step.at).kind {
        Kind::Alter { table: from, change: Some(Change::RenameTable(to)) } if from.is(table) => {
            Some((step.at, to))
        }
        _ => None,
    }
}
