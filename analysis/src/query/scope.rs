//! The tables that a SELECT reads from, and what their columns are there.

use std::cell::RefCell;
use std::ops::Range;

use onward_core::name::Ident;
use sqlite3_parser::ast::Expr;

use super::facts::{At, Facts, Rule};
use super::item::{Column, Item, is_rowid};
use super::value::{Null, Value};

/// A column that USING or NATURAL made of two.
pub(super) struct Merged {
    name: String,
    value: Value,
    /// The column that is NULL exactly if it is.
    pub(super) at: At,
    /// The column in whose place `*` shows it.
    shown: At,
}

/// Two columns that a join makes one.
pub(super) struct Pair {
    name: String,
    pub(super) first: At,
    pub(super) second: At,
    shown: At,
}

/// What names mean at one place of a statement.
#[derive(Default)]
pub(super) struct Scope<'o> {
    pub(super) items: Vec<Item>,
    pub(super) merged: Vec<Merged>,
    /// How many sides of outer joins there are.
    pub(super) sides: usize,
    /// What holds once sides are known to be there.
    pub(super) rules: Vec<Rule>,
    /// What is known where an expression is looked at.
    pub(super) facts: RefCell<Facts>,
    /// What is known of each row that WHERE leaves.
    rows: Facts,
    /// What is known of each row or group of the result.
    groups: Facts,
    /// The first item that names may stand for: from inside of brackets, nothing before them is seen.
    pub(super) first: usize,
    /// Whether some items stand in brackets of their own.
    pub(super) has_brackets: bool,
    /// The windows that WINDOW names, and whether their frames have the current row in them.
    pub(super) windows: Vec<(String, bool)>,
    /// The scope of the statement around this one.
    pub(super) outer: Option<&'o Scope<'o>>,
}

/// What a name may stand for.
pub(super) enum Place {
    Column(At),
    Merged(usize),
    /// A column of an item whose columns are not known.
    Unknown(Option<usize>),
}

impl<'o> Scope<'o> {
    pub(super) fn within(outer: Option<&'o Scope<'o>>) -> Scope<'o> {
        Scope { outer, ..Scope::default() }
    }

    /// Whether a name is a column of these items themselves; `None` if it cannot be told.
    pub(super) fn has(&self, table: Option<&str>, name: &str) -> Option<bool> {
        let is_it = |item: &&Item| table.is_none_or(|table| Ident(&item.name) == table);
        let mut items = self.items.iter().skip(self.first).filter(is_it);
        if items.clone().any(|item| item.find(name).or_else(|| item.find_hidden(name)).is_some()) {
            return Some(true);
        }
        if items.any(|item| item.columns.is_none()) { None } else { Some(false) }
    }

    pub(super) fn place(&self, table: Option<&str>, name: &str) -> Option<Place> {
        let seen = || self.items.iter().enumerate().skip(self.first);
        let mut items = seen().filter(|(_, item)| !item.is_made);
        let unknown = || {
            let is_it = |item: &Item| table.is_none_or(|table| Ident(&item.name) == table);
            let mut unknown = seen().filter(|(_, item)| item.columns.is_none() && is_it(item));
            match (unknown.next(), unknown.next()) {
                (Some((only, _)), None) if table.is_some() => Some(Place::Unknown(Some(only))),
                _ if seen().any(|(_, item)| item.columns.is_none()) => Some(Place::Unknown(None)),
                _ => None,
            }
        };
        if let Some(table) = table {
            let mut items = items.filter(|(_, item)| Ident(&item.name) == table);
            let found = items.find_map(|(index, item)| {
                let column = item.find(name).or_else(|| item.find_hidden(name))?;
                Some(Place::Column((index, column)))
            });
            return found.or_else(unknown);
        }
        if let Some(merged) = self.merged_by(name, self.first..self.items.len()) {
            return Some(Place::Merged(merged));
        }
        if let Some(at) = items.find_map(|(index, item)| Some((index, item.find(name)?))) {
            return Some(Place::Column(at));
        }
        let mut hidden = seen().filter_map(|(index, item)| Some((index, item.find_hidden(name)?)));
        match hidden.next() {
            // Whose rowid it is depends on which of the others have one.
            Some(_) if is_rowid(name) && seen().count() > 1 => Some(Place::Unknown(None)),
            Some(at) => Some(Place::Column(at)),
            None => unknown(),
        }
    }

    /// What a column's name stands for; `table` is what qualifies it.
    pub(super) fn find(&self, table: Option<&str>, name: &str) -> Option<Value> {
        match self.place(table, name) {
            Some(Place::Column(at)) => Some(self.value(at)),
            Some(Place::Merged(merged)) => {
                let merged = &self.merged[merged];
                Some(Value { null: self.null(merged.at), ..merged.value.clone() })
            }
            Some(Place::Unknown(_)) => Some(Value::UNKNOWN),
            None => self.outer.and_then(|outer| outer.find(table, name)),
        }
    }

    /// What a column is by what is known here.
    fn value(&self, at: At) -> Value {
        let column = self.items[at.0].column(at.1);
        let value = column.map_or(Value::UNKNOWN, |column| column.value.clone());
        Value { null: self.null(at), ..value }
    }

    pub(super) fn null(&self, at: At) -> Null {
        let facts = self.facts.borrow();
        let Some(column) = self.items[at.0].column(at.1) else { return Null::Unknown };
        if facts.columns.contains(&at) {
            Null::Never
        } else if facts.empty || !self.sides_of(at).is_subset(&facts.sides) {
            Null::Possible
        } else {
            column.value.null
        }
    }

    /// The last that a join has made in this range of items.
    fn merged_by(&self, name: &str, items: Range<usize>) -> Option<usize> {
        self.merged.iter().rposition(|merged| Ident(&merged.name) == name && items.contains(&merged.at.0))
    }

    /// What `*` stands for, or `table.*`.
    pub(super) fn star(&self, table: Option<&str>) -> Option<Vec<Column>> {
        // In which order SQLite shows what is merged across brackets is its own affair.
        if table.is_none() && self.has_brackets && !self.merged.is_empty() {
            return None;
        }
        let mut columns = Vec::new();
        for (index, item) in self.items.iter().enumerate().filter(|(_, item)| !item.is_made) {
            if table.is_some_and(|table| Ident(&item.name) != table) {
                continue;
            }
            for (number, column) in item.columns.as_ref()?.iter().enumerate() {
                let name = &column.name;
                if table.is_none() && item.has_merged(name) {
                    continue;
                }
                let mut merged = self.merged.iter().rev().filter(|_| table.is_none());
                let merged = merged.find(|merged| merged.shown == (index, number));
                let at = merged.map_or((index, number), |merged| merged.at);
                let value = merged.map_or(&column.value, |merged| &merged.value).clone();
                columns.push(self.opened(name.clone(), value, at));
            }
        }
        Some(columns)
    }

    /// The two columns that each of these names makes one, where the items from `middle` on are the right side of a join.
    pub(super) fn pairs(&self, start: usize, middle: usize, names: &[String]) -> Vec<Pair> {
        let in_range = |range: Range<usize>, name: &str| {
            let is_it = |merged: &&Merged| Ident(&merged.name) == *name && range.contains(&merged.at.0);
            // Of several, as there may be with brackets, the leftmost; what was merged twice is what came of it last.
            let merged = self.merged.iter().rev().filter(is_it).min_by_key(|merged| merged.shown);
            let plain = range.clone().find_map(|index| Some((index, self.items[index].find(name)?)));
            match (merged, plain) {
                (Some(merged), Some(plain)) if plain < merged.shown => Some((plain, plain)),
                (Some(merged), _) => Some((merged.at, merged.shown)),
                (None, plain) => plain.map(|at| (at, at)),
            }
        };
        let pairs = names.iter().filter_map(|name| {
            let (first, shown) = in_range(start..middle, name)?;
            let (second, _) = in_range(middle..self.items.len(), name)?;
            Some(Pair { name: name.clone(), first, second, shown })
        });
        pairs.collect()
    }

    /// Makes one column of two; `left` and `right` say which sides' rows are all kept, `both` what it may hold.
    pub(super) fn merge(&mut self, middle: usize, pair: Pair, left: bool, right: bool, both: Value) {
        let Pair { name, first, second, shown } = pair;
        self.items[middle..].iter_mut().for_each(|item| item.merged.push(name.clone()));
        // The left one if it is there, else the right one.
        let at = match (left, right) {
            (_, false) => first,
            (false, true) => second,
            (true, true) => {
                let made = Column::new(name.clone(), both.clone());
                self.items.push(Item { is_made: true, ..Item::new(String::new(), Some(vec![made])) });
                (self.items.len() - 1, 0)
            }
        };
        self.merged.push(Merged { name, value: both, at, shown });
    }

    /// What both columns of a pair admit.
    pub(super) fn either(&self, first: At, second: At) -> Value {
        self.value(first).or(self.value(second))
    }

    /// The names that both sides of a join have, for NATURAL.
    pub(super) fn common(&self, start: usize, middle: usize) -> Vec<String> {
        let right = self.items[middle..].iter().filter(|item| !item.is_made);
        let right = right.flat_map(|item| item.columns.iter().flatten());
        let is_left = |name: &str| self.items[start..middle].iter().any(|item| item.find(name).is_some());
        right.filter(|column| is_left(&column.name)).map(|column| column.name.clone()).collect()
    }

    /// Whether this very expression is known not to be NULL.
    pub(super) fn knows(&self, value: &Expr<'_>) -> bool {
        self.facts.borrow().has(value)
    }

    /// Whether a name stands for a column of an item whose columns are not known, and that item is.
    pub(super) fn is_unknown(&self, table: Option<&str>, name: &str) -> bool {
        matches!(self.place(table, name), Some(Place::Unknown(Some(_))))
    }

    /// Whether a name stands for a full-text index as a whole.
    pub(super) fn is_search(&self, name: &str) -> bool {
        let is_it = |(item, column): At| {
            let item = &self.items[item];
            item.is_search && item.columns.as_ref().is_none_or(|columns| column >= columns.len())
        };
        matches!(self.place(None, name), Some(Place::Column(at)) if is_it(at))
    }

    pub(super) fn facts(&self) -> Facts {
        self.facts.borrow().clone()
    }

    pub(super) fn set_facts(&mut self, facts: Facts) {
        self.facts = RefCell::new(facts);
    }

    /// FROM and WHERE have been read: what is known now is known of each row.
    pub(super) fn end_rows(&mut self, empty: bool) {
        self.rows = self.facts();
        if empty {
            self.set_facts(Facts::of_nothing());
        }
        self.groups = self.facts();
    }

    /// HAVING has been read.
    pub(super) fn end_groups(&mut self, facts: Facts) {
        self.groups = facts.clone();
        self.set_facts(facts);
    }

    /// Looks at something where this is known.
    pub(super) fn with<T>(&self, facts: Facts, look: impl FnOnce() -> T) -> T {
        let before = self.facts.replace(facts);
        let found = look();
        self.facts.replace(before);
        found
    }

    /// Looks at something inside an aggregate, where the columns are those of each row.
    pub(super) fn in_rows<T>(&self, look: impl FnOnce() -> T) -> T {
        self.with(self.rows.clone(), look)
    }

    /// Looks at something inside a window function, where they are those of other rows of the result.
    pub(super) fn in_groups<T>(&self, look: impl FnOnce() -> T) -> T {
        self.with(self.groups.clone(), look)
    }

    /// Whether an aggregate may have no rows.
    pub(super) fn is_empty(&self) -> bool {
        self.groups.empty
    }
}
