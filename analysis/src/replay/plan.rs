//! What one migration does to tables and their rows, as its statements say it.

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::ops::Range;

use onward_core::kind::{Change, Kind, ObjectKind};
use onward_core::run::Run;
use onward_core::token::significant;

use super::step::Step;
use super::write::{Copy, Write};
use crate::folder::history::{At, History};

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
    /// Whether it changes the schema by a statement that is for that.
    pub(super) changes_schema: bool,
    pub(super) names: OnceCell<BTreeSet<String>>,
}

impl Plan {
    pub(super) fn read(history: &History, steps: &[Step]) -> Plan {
        let mut plan = Plan { steps: steps.to_vec(), ..Plan::default() };
        for &Step { at, .. } in steps {
            let sql = history.sql(at);
            plan.is_undone |= history.statement(at).kind.run() == Run::Undone;
            plan.changes_schema |= history.statement(at).kind.changes_schema();
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

    /// What a statement writes. They lie in their order, of which a seed has a hundred thousand.
    pub(super) fn write(&self, at: At) -> Option<&Write> {
        let found = self.writes.binary_search_by_key(&at, |(at, _)| *at).ok()?;
        Some(&self.writes[found].1)
    }

    pub(super) fn copies(&self) -> impl Iterator<Item = (At, &Copy)> {
        self.writes.iter().filter_map(|(at, write)| match write {
            Write::Copy(copy) => Some((*at, copy)),
            _ => None,
        })
    }

    /// Every name that the statements say.
    pub(super) fn names(&self, history: &History) -> &BTreeSet<String> {
        self.names.get_or_init(|| {
            let tokens = self.steps.iter().flat_map(|step| significant(history.sql(step.at)));
            tokens.filter_map(|token| token.name()).map(|name| name.to_ascii_lowercase()).collect()
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
        let mut names = self.altered();
        names.extend(self.writes.iter().map(|(_, write)| write.table().to_owned()));
        names
    }

    /// Every table that the migration itself makes, drops, renames, or adds a column to.
    pub(super) fn altered(&self) -> BTreeSet<String> {
        let mut names = self.made.clone();
        names.extend(self.drops.iter().map(|(_, name)| name.clone()));
        names.extend(self.renames.iter().flat_map(|(from, to)| [from.clone(), to.clone()]));
        names.extend(self.added.iter().map(|(table, _)| table.clone()));
        names
    }
}
