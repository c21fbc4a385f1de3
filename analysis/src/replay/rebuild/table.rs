//! A table before and after a migration.

use std::collections::BTreeSet;

use onward_core::kind::{Change, Kind, Name, ObjectKind};
use onward_schema::Table;

use super::before::Before;
use super::flow::Flow;
use crate::folder::history::{At, History};
use crate::replay::plan::Plan;
use crate::replay::write::{Copy, Item, Write, before_where};

/// A table before and after a migration.
pub(super) struct Rebuild<'r> {
    pub(super) history: &'r History,
    pub(super) plan: &'r Plan,
    pub(super) before: &'r Before,
    /// Which values each column holds at the end.
    pub(super) flow: &'r Flow,
    /// Its name in lower case.
    pub(super) key: &'r str,
    pub(super) old: &'r Table,
}

impl Rebuild<'_> {
    /// The statement that drops the old table, whatever it is called by then.
    pub(super) fn dropped(&self) -> Option<At> {
        self.calls().into_iter().find(|(_, name)| name.is_none()).map(|(at, _)| at)
    }

    /// What the old table is called behind each statement that gives it another name; `None` behind the one that drops it.
    fn calls(&self) -> Vec<(At, Option<String>)> {
        let mut calls = Vec::new();
        let mut name = self.key.to_owned();
        for step in &self.plan.steps {
            match &self.history.statement(step.at).kind {
                Kind::Alter { table, change: Some(Change::RenameTable(to)) } if table.is(&name) => {
                    name = to.text.to_ascii_lowercase();
                    calls.push((step.at, Some(name.clone())));
                }
                Kind::Drop { object: ObjectKind::Table, name: dropped } if dropped.is(&name) => {
                    calls.push((step.at, None));
                    break;
                }
                _ => {}
            }
        }
        calls
    }

    /// What it is called at a statement, by what it is called behind others.
    fn called<'c>(&'c self, calls: &'c [(At, Option<String>)], at: At) -> Option<&'c str> {
        let last = calls.iter().rfind(|(since, _)| *since < at);
        last.map_or(Some(self.key), |(_, name)| name.as_deref())
    }

    /// Whether an UPDATE of another table, or a row that is put into one, takes values out of the old table before. The other
    /// one may have the name that the old table had.
    pub(super) fn is_read(&self, before: At) -> bool {
        let calls = self.calls();
        self.plan.writes.iter().filter(|(at, _)| *at < before).any(|(at, write)| {
            let Some(name) = self.called(&calls, *at) else { return false };
            matches!(write, Write::Update { .. } | Write::Insert { .. })
                && write.table() != name
                && takes_from(self.history.sql(*at), &BTreeSet::from([name.to_owned()]))
        })
    }

    /// Whether all its rows are deleted before, in so many words.
    pub(super) fn is_emptied(&self, before: At) -> bool {
        let calls = self.calls();
        self.plan.writes.iter().any(|(at, write)| {
            matches!(write, Write::Delete { table, all: true }
                if *at < before && self.called(&calls, *at) == Some(table.as_str()))
        })
    }

    /// What the old table is called in the course of the migration.
    pub(super) fn names(&self) -> BTreeSet<String> {
        let renamed = self.plan.renames.iter().filter(|(from, _)| from == self.key).map(|(_, to)| to.clone());
        renamed.chain([self.key.to_owned()]).collect()
    }

    pub(super) fn is_rebuilt(&self) -> bool {
        self.is_replaced() && self.dropped().is_some()
    }

    /// Whether another table has its name at the end.
    pub(super) fn is_replaced(&self) -> bool {
        self.plan.made.contains(self.key) || self.plan.renames.iter().any(|(_, to)| to == self.key)
    }

    pub(super) fn copies(&self) -> impl Iterator<Item = &Copy> {
        let names = self.names();
        let reads = move |at: At, copy: &Copy| {
            copy.sources.iter().any(|source| names.contains(source))
                || copy.source.is_none() && names.iter().any(|name| !self.history.named(at, name).is_empty())
        };
        self.plan.copies().filter(move |(at, copy)| reads(*at, copy)).map(|(_, copy)| copy)
    }

    /// Whether the rebuild takes a column over without an expression around it.
    pub(super) fn copies_as_is(&self, column: &str, new: &Table) -> bool {
        let lower = |table: &Table| {
            let columns = table.columns.iter().filter(|column| column.generated.is_none());
            columns.map(|column| column.name.to_ascii_lowercase()).collect::<Vec<_>>()
        };
        let column = column.to_ascii_lowercase();
        let (into, from) = (lower(new), lower(self.old));
        self.copies().any(|copy| {
            let pairs = copy.pairs(&into, &from);
            let is_it =
                |(into, item): &(&str, Item)| *into == column && *item == Item::Column(column.clone());
            pairs.is_some_and(|pairs| pairs.iter().any(is_it))
        })
    }

    pub(super) fn drops(&self, object: ObjectKind, name: &str) -> bool {
        self.last(|kind| matches!(kind, Kind::Drop { object: dropped, name: found } if *dropped == object && found.is(name)))
            .is_some()
    }

    /// The statement that takes the old table away.
    pub(super) fn taken(&self) -> At {
        self.dropped().unwrap_or(self.end())
    }

    pub(super) fn makes(&self, kind: &Kind) -> bool {
        let is_it = |name: &Name| {
            let key = name.text.to_ascii_lowercase();
            key == self.key || self.plan.renames.iter().any(|(from, to)| to == self.key && *from == key)
        };
        matches!(kind, Kind::Create { object: ObjectKind::Table, name, .. } if is_it(name))
    }

    pub(super) fn last(&self, is_it: impl Fn(&Kind) -> bool) -> Option<At> {
        self.plan.steps.iter().map(|step| step.at).rfind(|&at| is_it(&self.history.statement(at).kind))
    }

    pub(super) fn end(&self) -> At {
        self.plan.steps.last().map_or(At { migration: 0, statement: 0 }, |step| step.at)
    }
}

pub(super) fn renames(kind: &Kind, name: &str) -> bool {
    matches!(kind, Kind::Alter { change: Some(Change::RenameTable(to)), .. } if to.is(name))
}

/// Whether a statement names one of these tables before its WHERE, where the values come from.
pub(super) fn takes_from(sql: &str, names: &BTreeSet<String>) -> bool {
    let mut tokens = onward_core::token::significant(before_where(sql));
    tokens.any(|token| token.name().is_some_and(|name| names.contains(&name.to_ascii_lowercase())))
}
