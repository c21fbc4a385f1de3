//! The tables that a SELECT reads from, and what their columns are there.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use onward_core::name::Ident;
use onward_schema::{Classes, Schema, Table};
use sqlite3_parser::ast::Expr;

use super::facts::{At, Facts, Rule};
use super::value::{Null, Value};
use super::{builtin, check};

/// A column of a result, a table, a view or a subquery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Column {
    pub(super) name: String,
    /// What it is where all its sides are there.
    pub(super) value: Value,
    /// The sides of outer joins without which it is NULL, by number.
    pub(super) sides: BTreeSet<usize>,
}

impl Column {
    pub(super) fn new(name: String, value: Value) -> Column {
        Column { name, value, sides: BTreeSet::new() }
    }

    /// The column where nothing more will be known of the joins that it comes from.
    pub(super) fn settled(self) -> Column {
        let value = if self.sides.is_empty() { self.value } else { self.value.or_null() };
        Column::new(self.name, value)
    }
}

/// One item of a FROM clause.
pub(super) struct Item {
    /// The name by which columns are qualified: the alias, if there is one.
    pub(super) name: String,
    /// Its columns; `None` if they are not known.
    pub(super) columns: Option<Vec<Column>>,
    /// Columns that `*` leaves out: `rowid`, those that a virtual table hides.
    pub(super) hidden: Vec<Column>,
    /// The names that a join has merged into the columns of earlier items.
    merged: Vec<String>,
    /// The sides of outer joins that it is on, by number.
    sides: BTreeSet<usize>,
    /// Whether a join has made it: it has no name, and one column.
    is_made: bool,
    /// Whether it is a full-text index.
    is_search: bool,
}

impl Item {
    pub(super) fn new(name: String, columns: Option<Vec<Column>>) -> Item {
        Item {
            name,
            columns,
            hidden: Vec::new(),
            merged: Vec::new(),
            sides: BTreeSet::new(),
            is_made: false,
            is_search: false,
        }
    }

    /// The number of its column of this name, unless it is a hidden one.
    fn find(&self, name: &str) -> Option<usize> {
        let columns = self.columns.as_deref().filter(|_| !self.is_made).unwrap_or_default();
        columns.iter().position(|column| Ident(&column.name) == name)
    }

    /// The same for one that `*` leaves out.
    fn find_hidden(&self, name: &str) -> Option<usize> {
        let is_it = |column: &Column| Ident(&column.name) == name || is_rowid(&column.name) && is_rowid(name);
        let position = self.hidden.iter().position(is_it);
        position.map(|position| self.columns.as_ref().map_or(0, Vec::len) + position)
    }

    fn column(&self, number: usize) -> Option<&Column> {
        self.columns.iter().flatten().chain(&self.hidden).nth(number)
    }

    /// Whether the number is that of a column by which a virtual table may be told something.
    fn is_argument(&self, number: usize) -> bool {
        let hidden = number.checked_sub(self.columns.as_ref().map_or(0, Vec::len));
        hidden.is_some_and(|hidden| self.hidden.get(hidden).is_some_and(|column| !is_rowid(&column.name)))
    }

    fn has_merged(&self, name: &str) -> bool {
        self.merged.iter().any(|merged| Ident(merged) == name)
    }
}

/// A column that USING or NATURAL made of two.
pub(super) struct Merged {
    name: String,
    value: Value,
    /// The column that is NULL exactly if it is.
    at: At,
}

/// What names mean at one place of a statement.
#[derive(Default)]
pub(super) struct Scope<'o> {
    pub(super) items: Vec<Item>,
    merged: Vec<Merged>,
    /// How many sides of outer joins there are.
    sides: usize,
    /// What holds once sides are known to be there.
    pub(super) rules: Vec<Rule>,
    /// What is known where an expression is looked at.
    facts: RefCell<Facts>,
    /// What is known of each row that WHERE leaves.
    rows: Facts,
    /// What is known of each row or group of the result.
    groups: Facts,
    /// The windows that WINDOW names, and whether their frames have the current row in them.
    pub(super) windows: Vec<(String, bool)>,
    /// The scope of the statement around this one.
    pub(super) outer: Option<&'o Scope<'o>>,
}

/// What a name may stand for.
enum Place {
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
        let mut items = self.items.iter().filter(is_it);
        if items.clone().any(|item| item.find(name).or_else(|| item.find_hidden(name)).is_some()) {
            return Some(true);
        }
        if items.any(|item| item.columns.is_none()) { None } else { Some(false) }
    }

    fn place(&self, table: Option<&str>, name: &str) -> Option<Place> {
        let mut items = self.items.iter().enumerate().filter(|(_, item)| !item.is_made);
        let unknown = || {
            let is_it = |item: &Item| table.is_none_or(|table| Ident(&item.name) == table);
            let mut unknown = (0..self.items.len())
                .filter(|&index| self.items[index].columns.is_none() && is_it(&self.items[index]));
            match (unknown.next(), unknown.next()) {
                (Some(only), None) if table.is_some() => Some(Place::Unknown(Some(only))),
                _ if self.items.iter().any(|item| item.columns.is_none()) => Some(Place::Unknown(None)),
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
        if let Some(merged) = self.merged_by(name, 0..self.items.len()) {
            return Some(Place::Merged(merged));
        }
        if let Some(at) = items.find_map(|(index, item)| Some((index, item.find(name)?))) {
            return Some(Place::Column(at));
        }
        let hidden = self.items.iter().enumerate();
        let mut hidden = hidden.filter_map(|(index, item)| Some((index, item.find_hidden(name)?)));
        match hidden.next() {
            // Whose rowid it is depends on which of the others have one.
            Some(_) if is_rowid(name) && self.items.len() > 1 => Some(Place::Unknown(None)),
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

    fn null(&self, at: At) -> Null {
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

    /// The sides of outer joins without which a column is NULL.
    fn sides_of(&self, (item, column): At) -> BTreeSet<usize> {
        let item = &self.items[item];
        let own = item.column(column).into_iter().flat_map(|column| &column.sides);
        item.sides.iter().chain(own).copied().collect()
    }

    /// The last that a join has made in this range of items.
    fn merged_by(&self, name: &str, items: Range<usize>) -> Option<usize> {
        self.merged.iter().rposition(|merged| Ident(&merged.name) == name && items.contains(&merged.at.0))
    }

    /// What `*` stands for, or `table.*`.
    pub(super) fn star(&self, table: Option<&str>) -> Option<Vec<Column>> {
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
                let merged = self.merged_by(name, 0..self.items.len()).filter(|_| table.is_none());
                let merged = merged.map(|merged| &self.merged[merged]);
                let at = merged.map_or((index, number), |merged| merged.at);
                let value = merged.map_or(&column.value, |merged| &merged.value).clone();
                columns.push(self.opened(name.clone(), value, at));
            }
        }
        Some(columns)
    }

    /// A column with the sides that it needs.
    fn opened(&self, name: String, value: Value, at: At) -> Column {
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

    /// Adds an item with these columns.
    pub(super) fn push(&mut self, name: String, columns: Option<Vec<Column>>) {
        let inner: BTreeSet<usize> =
            columns.iter().flatten().flat_map(|column| column.sides.clone()).collect();
        let numbers: BTreeMap<usize, usize> =
            inner.into_iter().map(|inner| (inner, self.new_side())).collect();
        let columns = columns.map(|columns| {
            let columns = columns.into_iter();
            let renumbered = |column: Column| Column {
                sides: column.sides.iter().map(|side| numbers[side]).collect(),
                ..column
            };
            columns.map(renumbered).collect()
        });
        self.items.push(Item::new(name, columns));
    }

    /// The two columns that each of these names makes one, where the items from `middle` on are the right side of a join.
    pub(super) fn pairs(&self, start: usize, middle: usize, names: &[String]) -> Vec<(String, At, At)> {
        let in_range = |range: Range<usize>, name: &str| {
            let merged = self.merged_by(name, range.clone()).map(|merged| self.merged[merged].at);
            merged
                .or_else(|| range.into_iter().find_map(|index| Some((index, self.items[index].find(name)?))))
        };
        let pairs = names.iter().filter_map(|name| {
            let left = in_range(start..middle, name)?;
            Some((name.clone(), left, in_range(middle..self.items.len(), name)?))
        });
        pairs.collect()
    }

    /// Makes one column of two; `left` and `right` say which sides' rows are all kept.
    pub(super) fn merge(
        &mut self,
        middle: usize,
        pair: (String, At, At),
        left: bool,
        right: bool,
        both: Value,
    ) {
        let (name, first, second) = pair;
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
        self.merged.push(Merged { name, value: both, at });
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

fn is_rowid(name: &str) -> bool {
    ["rowid", "oid", "_rowid_"].iter().any(|rowid| Ident(rowid) == name)
}

/// A table of the schema as an item.
pub(super) fn table(schema: &Schema, table: &str, name: String) -> Option<Item> {
    let table = schema.table(table)?;
    let mut columns = columns(table);
    check::narrow(schema, table, &mut columns);
    // A virtual table whose module is not there has columns that nobody knows.
    let mut item = Item::new(name, (!columns.is_empty()).then_some(columns));
    if !table.without_rowid {
        item.hidden.push(rowid());
    }
    if builtin::is_search(table) {
        item.hidden.extend(builtin::search_columns(table));
        item.is_search = true;
    }
    Some(item)
}

/// The columns of a table as its rows have them.
pub(super) fn columns(table: &Table) -> Vec<Column> {
    let columns = table.columns.iter();
    columns.map(|column| Column::new(column.name.clone(), Value::of_column(table, column))).collect()
}

/// What `rowid` stands for in a table that has one.
pub(super) fn rowid() -> Column {
    Column::new("rowid".to_owned(), Value::some(Classes::INTEGER))
}
