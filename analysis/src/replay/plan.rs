//! What one migration does to tables and their rows, as its statements say it.

use std::collections::BTreeSet;
use std::ops::Range;

use onward_core::kind::{Change, Kind, ObjectKind};
use onward_core::run::Run;
use onward_core::token::significant;

use crate::folder::history::{At, History};
use crate::replay::step::Step;
use crate::replay::write::{Copy, Write};

/// A statement longer than this is a list of values.
const LONGEST: usize = 100_000;

/// The statements of one migration that have run. All names are in lower case.
#[derive(Debug, Clone, Default)]
pub(super) struct Plan {
    pub(super) steps: Vec<Step>,
    pub(super) writes: Vec<(At, Write)>,
    pub(super) drops: Vec<(At, String)>,
    pub(super) renames: Vec<(String, String)>,
    pub(super) made: BTreeSet<String>,
    /// Columns that are added, with their tables.
    pub(super) added: Vec<(String, String)>,
    /// Whether it leaves something on the connection.
    pub(super) is_undone: bool,
    /// Whether a foreign key is made here.
    pub(super) has_keys: bool,
}

impl Plan {
    /// Cuts what has run into migrations. A rebuild that is spread over several is one: no application writes into a table
    /// that is half built.
    pub(super) fn all(history: &History, ran: &[Step]) -> Vec<Plan> {
        let chunks = ran.chunk_by(|a, b| a.at.migration == b.at.migration);
        let plans: Vec<Plan> = chunks.map(|steps| Plan::read(history, steps)).collect();
        let mut all = Vec::new();
        let mut rest = &plans[..];
        while let Some((first, _)) = rest.split_first() {
            let length = split(history, rest);
            all.push(match length {
                1 => first.clone(),
                _ => {
                    let steps: Vec<Step> =
                        rest[..length].iter().flat_map(|plan| plan.steps.clone()).collect();
                    Plan::read(history, &steps)
                }
            });
            rest = &rest[length..];
        }
        all
    }

    /// Over how many migrations, from this one on, the rebuild is spread that it begins; one if it begins none.
    pub(super) fn spread(history: &History, migration: usize) -> usize {
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
        let plan = |migration: usize| {
            let statements = 0..history.migrations[migration].statements.len();
            let steps = statements.map(|statement| Step { at: At { migration, statement }, strings: false });
            let runs = |step: &Step| matches!(history.statement(step.at).kind.run(), Run::Yes | Run::Undone);
            Plan::read(history, &steps.filter(runs).collect::<Vec<_>>())
        };
        split(history, &rest.map(plan).collect::<Vec<_>>())
    }

    pub(super) fn read(history: &History, steps: &[Step]) -> Plan {
        let mut plan = Plan { steps: steps.to_vec(), ..Plan::default() };
        for &Step { at, .. } in steps {
            let sql = history.sql(at);
            plan.is_undone |= history.statement(at).kind.run() == Run::Undone;
            let lower = |name: &str| name.to_ascii_lowercase();
            match &history.statement(at).kind {
                Kind::Create { object: ObjectKind::Table, name, .. } => {
                    plan.made.insert(lower(&name.text));
                }
                Kind::Drop { object: ObjectKind::Table, name } => plan.drops.push((at, lower(&name.text))),
                Kind::Alter { table, change: Some(Change::RenameTable(to)) } => {
                    plan.renames.push((lower(&table.text), lower(&to.text)));
                }
                Kind::Alter { table, change: Some(Change::Add(column)) } => {
                    plan.added.push((lower(&table.text), lower(&column.text)));
                }
                _ => {}
            }
            if matches!(
                history.statement(at).kind,
                Kind::Create { object: ObjectKind::Table, .. } | Kind::Alter { .. }
            ) {
                plan.has_keys |= significant(sql).any(|token| token.is("REFERENCES"));
            }
            if sql.len() <= LONGEST {
                plan.writes.extend(Write::parse(sql).map(|write| (at, write)));
            }
        }
        plan
    }

    pub(super) fn migration(&self) -> usize {
        self.steps.first().map_or(0, |step| step.at.migration)
    }

    /// The migrations that it is of, by their indexes: one, but for a rebuild that is spread over several.
    pub(super) fn migrations(&self) -> Range<usize> {
        let last = self.steps.last().map_or(0, |step| step.at.migration + 1);
        self.migration()..last
    }

    pub(super) fn copies(&self) -> impl Iterator<Item = (At, &Copy)> {
        self.writes.iter().filter_map(|(at, write)| match write {
            Write::Copy(copy) => Some((*at, copy)),
            _ => None,
        })
    }

    /// Whether rows may get lost without a word: tables are built anew.
    pub(super) fn rebuilds(&self) -> bool {
        !self.drops.is_empty() || !self.renames.is_empty()
    }

    /// Whether it writes any rows or takes tables away.
    pub(super) fn touches_rows(&self) -> bool {
        !self.drops.is_empty() || !self.writes.is_empty() || (self.has_keys && !self.added.is_empty())
    }

    pub(super) fn is_dropped(&self, table: &str) -> bool {
        self.drops.iter().any(|(_, dropped)| dropped == table)
    }

    /// The names under which the rows of a table are found in the course of the migration: renamed, copied elsewhere and
    /// back.
    pub(super) fn aliases(&self, table: &str) -> BTreeSet<String> {
        let mut names = BTreeSet::from([table.to_owned()]);
        loop {
            let before = names.len();
            for (from, to) in &self.renames {
                if names.contains(from) || names.contains(to) {
                    names.extend([from.clone(), to.clone()]);
                }
            }
            for (_, copy) in self.copies() {
                // Backwards only: another table that is filled from this one does not become it.
                if names.contains(&copy.table)
                    && let Some(source) = &copy.source
                {
                    names.insert(source.clone());
                }
            }
            if names.len() == before {
                return names;
            }
        }
    }

    /// Every table whose rows the migration names.
    pub(super) fn tables(&self) -> BTreeSet<String> {
        let mut names = self.shaped();
        names.extend(self.writes.iter().map(|(_, write)| write.table().to_owned()));
        names
    }

    /// Every table that the migration itself makes, drops, renames, or adds a column to.
    pub(super) fn shaped(&self) -> BTreeSet<String> {
        let mut names = self.made.clone();
        names.extend(self.drops.iter().map(|(_, name)| name.clone()));
        names.extend(self.renames.iter().flat_map(|(from, to)| [from.clone(), to.clone()]));
        names.extend(self.added.iter().map(|(table, _)| table.clone()));
        names
    }
}

/// Over how many migrations a rebuild may be spread.
const SPREAD: usize = 8;

/// How many of these migrations, from the first on, are one rebuild; one if that is none.
fn split(history: &History, plans: &[Plan]) -> usize {
    let first = &plans[0];
    // The new table takes the name of the old one in the end, or the old one makes room first.
    let made = first.made.iter().map(|new| (new, None));
    let moved = first.renames.iter().map(|(table, old)| (table, Some(old)));
    made.chain(moved).find_map(|(table, old)| ends(history, plans, table, old)).unwrap_or(1)
}

/// How many of these migrations fill a table from the one that it is to replace, and replace it.
fn ends(history: &History, plans: &[Plan], table: &String, old: Option<&String>) -> Option<usize> {
    let is_alike = |plan: &&Plan| {
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
        let Some(filled) = filled else { continue };
        let is_renamed = |step: &Step| match &history.statement(step.at).kind {
            Kind::Alter { table: from, change: Some(Change::RenameTable(to)) } => {
                step.at > filled && from.is(table) && names.contains(&to.text.to_ascii_lowercase())
            }
            _ => false,
        };
        let is_over = match old {
            None => plan.steps.iter().any(is_renamed),
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
