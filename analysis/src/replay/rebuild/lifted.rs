//! What a table asks of its rows before a rebuild and not after it, though nobody has said so.
//!
//! Most rebuilds are there to change one thing, and that is no news. What goes beside it is.

use std::collections::BTreeSet;
use std::mem::discriminant;

use onward_core::kind::{Change, Kind};
use onward_schema::{Change as Difference, ForeignKey, Origin, Schema, Table};

use super::constraint::{self, Constraint, keeps};
use super::flow::Held;
use super::part::Part;
use super::purpose::{AUTOINCREMENT, FOREIGN_KEY, Said, subject};
use super::table::Rebuild;
use crate::replay::write::Item;

/// What the new table lacks.
struct Lifted {
    keys: Vec<ForeignKey>,
    autoincrement: bool,
    constraints: Vec<Constraint>,
}

pub(super) fn find(rebuild: &Rebuild<'_>, new: &Table, after: &Schema) -> Vec<Part> {
    let old = rebuild.old;
    let is_lost = |key: &&ForeignKey| {
        key.columns.iter().all(|column| new.column(column).is_some())
            && !new.foreign_keys.iter().any(|other| keeps(other, key))
            && after.table(&key.parent).is_some()
    };
    // What has none of the rows is another table.
    let is_copied = rebuild.copies().next().is_some();
    let mut lifted = Lifted {
        keys: old.foreign_keys.iter().filter(is_lost).cloned().collect(),
        autoincrement: is_copied && old.autoincrement && !new.autoincrement && new.rowid().is_some(),
        constraints: if is_copied { constraint::lost(old, new) } else { Vec::new() },
    };
    if lifted.is_empty() {
        return Vec::new();
    }
    let is_selected = is_selected(rebuild);
    lifted.leave_out_what_is_said(rebuild);
    // Whoever makes a table of a SELECT writes none of it again.
    if !is_selected {
        lifted.leave_out_what_is_meant(rebuild, new);
    }
    lifted.parts(old)
}

impl Lifted {
    fn is_empty(&self) -> bool {
        self.keys.is_empty() && !self.autoincrement && self.constraints.is_empty()
    }

    fn parts(self, old: &Table) -> Vec<Part> {
        let constraints = (!self.constraints.is_empty())
            .then(|| Part::Constraints { lost: self.constraints, was: Box::new(old.clone()) });
        let keys = self.keys.into_iter().map(Part::ForeignKey);
        keys.chain(self.autoincrement.then_some(Part::Autoincrement)).chain(constraints).collect()
    }

    /// What a comment or the name of a file speaks of.
    fn leave_out_what_is_said(&mut self, rebuild: &Rebuild<'_>) {
        let migrations = rebuild.plan.migrations().map(|index| &rebuild.history.migrations[index]);
        let said = Said::read(rebuild.history, migrations);
        self.keys.retain(|_| !said.names(FOREIGN_KEY));
        self.autoincrement &= !said.names(AUTOINCREMENT);
        self.constraints.retain(|constraint| !said.names(subject(constraint)));
    }

    fn leave_out_what_is_meant(&mut self, rebuild: &Rebuild<'_>, new: &Table) {
        let old = rebuild.old;
        // Whoever writes NOT NULL again for the others means this one.
        let is_plain = |column: &&onward_schema::Column| column.not_null && column.primary_key.is_none();
        let repeats = old
            .columns
            .iter()
            .filter(is_plain)
            .any(|column| new.column(&column.name).is_some_and(|now| now.not_null));
        self.constraints.retain(|found| match found {
            Constraint::NotNull(_) => !repeats,
            Constraint::Default { column, .. } => !is_for_add(rebuild, column),
            _ => true,
        });
        let mut bare = old.clone();
        bare.foreign_keys.retain(|key| !self.keys.contains(key));
        bare.autoincrement &= !self.autoincrement;
        self.constraints.iter().for_each(|constraint| constraint.remove(&mut bare, new));
        let others = differences(rebuild.key, &bare, new);
        self.constraints.retain(|found| !is_written_anew(rebuild, found, &bare, new, &others));
        let computes = rebuild.copies().any(|copy| copy.items.contains(&Item::Other));
        if others.is_empty() && !computes && self.is_of_one_kind() {
            *self = Lifted { keys: Vec::new(), autoincrement: false, constraints: Vec::new() };
        }
    }

    /// Whether all that is lost may be what the rebuild is for: one kind of thing, or what is said of one column.
    fn is_of_one_kind(&self) -> bool {
        let kinds: Vec<_> = self.constraints.iter().map(discriminant).collect();
        let columns: BTreeSet<Option<&str>> = self.constraints.iter().map(Constraint::column).collect();
        let is_one =
            kinds.iter().all(|kind| *kind == kinds[0]) || columns.len() == 1 && !columns.contains(&None);
        let others = usize::from(!self.keys.is_empty()) + usize::from(self.autoincrement);
        is_one && others + usize::from(!kinds.is_empty()) < 2
    }
}

/// Whether a column has its default only because ADD COLUMN asks for one beside NOT NULL.
fn is_for_add(rebuild: &Rebuild<'_>, column: &str) -> bool {
    let not_null = rebuild.old.column(column).is_some_and(|column| column.not_null);
    let end = rebuild.plan.migrations().end;
    not_null
        && rebuild.history.statements().take_while(|at| at.migration < end).any(|at| {
            matches!(&rebuild.history.statement(at).kind,
                Kind::Alter { table, change: Some(Change::Add(name)) } if table.is(rebuild.key) && name.is(column))
        })
}

/// Whether the column that something belongs to is written anew in other ways, too, or is given other values.
fn is_written_anew(
    rebuild: &Rebuild<'_>,
    lost: &Constraint,
    bare: &Table,
    new: &Table,
    others: &[String],
) -> bool {
    let keys = |table: &Table, column: &str| -> BTreeSet<String> {
        let has = |key: &&ForeignKey| key.columns.iter().any(|name| name.eq_ignore_ascii_case(column));
        let text = |key: &ForeignKey| key.to_string().to_ascii_lowercase();
        table.foreign_keys.iter().filter(has).map(text).collect()
    };
    let is_other = |column: &str| {
        let own = (rebuild.key.to_owned(), column.to_ascii_lowercase());
        let held = rebuild.flow.held(rebuild.key, &own.1);
        others.contains(&format!("column `{column}`"))
            || keys(bare, column) != keys(new, column)
            || held.is_some_and(|held| *held != Held::Values(own))
    };
    match lost {
        Constraint::Generated { .. } => false,
        Constraint::Action(key) => key.columns.iter().any(|column| {
            let written = rebuild.old.column(column).map_or(column, |column| &column.name);
            others.contains(&format!("column `{written}`"))
        }),
        found => found.column().is_some_and(is_other),
    }
}

/// The parts in which two tables differ, apart from what changes nothing.
pub(super) fn differences(key: &str, old: &Table, new: &Table) -> Vec<String> {
    let alone = |table: &Table| {
        let mut table = table.clone();
        table.indexes.retain(|index| index.origin == Origin::UniqueConstraint);
        // The rowid is never NULL, and has no default.
        let rowid = table.rowid().map(|column| column.name.clone());
        let columns = table.columns.iter_mut();
        for column in columns.filter(|column| rowid.as_ref() == Some(&column.name)) {
            (column.not_null, column.default) = (false, None);
        }
        Schema { tables: [(key.to_owned(), table)].into(), ..Schema::default() }
    };
    let parts = alone(old).compare(&alone(new)).into_iter().filter_map(|found| match found.change {
        Difference::PartMissing(part)
        | Difference::PartUnexpected(part)
        | Difference::PartChanged { part, .. } => Some(part),
        Difference::Missing | Difference::Unexpected => None,
    });
    parts.filter(|part| part != "definition" && part != "column order").collect()
}

/// Whether the new table is made of a SELECT.
fn is_selected(rebuild: &Rebuild<'_>) -> bool {
    rebuild.plan.copies().any(|(at, _)| rebuild.makes(&rebuild.history.statement(at).kind))
}
