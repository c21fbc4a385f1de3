//! The sides of outer joins, by number, and what is known once one is there.

use std::collections::BTreeSet;
use std::ops::Range;

use super::facts::{At, Facts, Rule};
use super::item::{Column, Item};
use super::scope::{Place, Scope};
use super::value::Value;

impl Scope<'_> {
    /// Adds an item with these columns.
    pub(super) fn push(&mut self, name: String, columns: Option<Vec<Column>>) {
        let inner: BTreeSet<usize> =
            columns.iter().flatten().flat_map(|column| column.sides.clone()).collect();
        // They get new numbers, in the same order.
        let first = self.sides;
        self.sides += inner.len();
        let number = |side: &usize| first + inner.range(..side).count();
        let columns = columns.map(|columns| {
            let columns = columns.into_iter();
            let renumbered =
                |column: Column| Column { sides: column.sides.iter().map(number).collect(), ..column };
            columns.map(renumbered).collect()
        });
        self.items.push(Item::new(name, columns));
    }

    /// The sides of outer joins without which a column is NULL.
    pub(super) fn sides_of(&self, (item, column): At) -> BTreeSet<usize> {
        let item = &self.items[item];
        let own = item.column(column).into_iter().flat_map(|column| &column.sides);
        item.sides.iter().chain(own).copied().collect()
    }

    /// A column with the sides that it needs.
    pub(super) fn opened(&self, name: String, value: Value, at: At) -> Column {
        let facts = self.facts();
        let sides = match facts.empty || facts.columns.contains(&at) {
            true => BTreeSet::new(),
            false => self.sides_of(at).difference(&facts.sides).copied().collect(),
        };
        let null = self.with(self.with_sides(facts, &sides), || self.null(at));
        Column { name, value: Value { null, ..value }, sides }
    }

    /// What is known where these sides are there too.
    pub(super) fn with_sides(&self, mut facts: Facts, sides: &BTreeSet<usize>) -> Facts {
        facts.sides.extend(sides);
        self.close(&mut facts);
        facts
    }

    pub(super) fn has_sides(&self) -> bool {
        self.sides > 0
    }

    /// The number of a side that is nobody's yet.
    fn new_side(&mut self) -> usize {
        self.sides += 1;
        self.sides - 1
    }

    /// These items are on the side of an outer join that may be missing. Gives the number of the side.
    ///
    /// What was known of them, and what followed for them (the rules), holds where the side is there.
    pub(super) fn make_outer(&mut self, items: Range<usize>, rules: Range<usize>) -> usize {
        let side = self.new_side();
        for item in &mut self.items[items.clone()] {
            item.sides.insert(side);
        }
        for rule in &mut self.rules[rules] {
            rule.sides.insert(side);
        }
        let facts = self.facts.get_mut().take(items);
        self.rules.push(Rule { sides: BTreeSet::from([side]), facts });
        side
    }

    /// Adds a column's being there to what is known; `false` if the name is none of these items' columns.
    pub(super) fn prove(&self, facts: &mut Facts, table: Option<&str>, name: &str) -> bool {
        match self.place(table, name) {
            // A virtual table takes `rank = 'bm25()'` and the like for an argument.
            Some(Place::Column((item, column))) if self.items[item].is_argument(column) => {}
            Some(Place::Column(at)) => self.prove_at(facts, at),
            Some(Place::Merged(merged)) => self.prove_at(facts, self.merged[merged].at),
            Some(Place::Unknown(Some(item))) => {
                facts.sides.extend(&self.items[item].sides);
                self.close(facts);
            }
            Some(Place::Unknown(None)) => {}
            None => return false,
        }
        true
    }

    pub(super) fn prove_at(&self, facts: &mut Facts, at: At) {
        facts.columns.insert(at);
        facts.sides.extend(self.sides_of(at));
        self.close(facts);
    }

    /// Adds what follows from the sides that are there.
    pub(super) fn close(&self, facts: &mut Facts) {
        let rules = || self.rules.iter();
        while rules().any(|rule| rule.sides.is_subset(&facts.sides) && facts.add(&rule.facts)) {}
    }
}
