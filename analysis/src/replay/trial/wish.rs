//! Rows that a statement may refuse, though the table allows them that they are in.

use onward_core::token::{Kind, list, significant};
use rusqlite::types::Value;

use super::demand::{Condition, Demands};
use super::odd;
use super::plant::{Ground, Pins, index};
use crate::replay::write::{Copy, Item, before_where};
use crate::sqlite::sandbox::Sandbox;
use crate::sqlite::table::TableModel;
use crate::sqlite::table::condition::literal;

/// More rows than these are not tried for a statement.
const MOST: usize = 400;
/// Values of a column, and combinations of columns, that are tried to satisfy a condition.
const CHOICES: usize = 8;
const COMBINATIONS: usize = 200;
/// Numbers that nothing else has.
const FAR: i64 = 7001;
const FURTHER: i64 = 9001;
/// An UPDATE that moves numbers by more than this moves them out of the way.
const NEAR: i64 = 100;

/// Rows that go together.
pub(super) type Wish = Vec<Pins>;

/// Wishes for one table; `is_cleaned` says which columns a migration has just seen to.
pub(super) struct Wishes<'g, F: Fn(&str) -> bool> {
    ground: &'g Ground,
    is_cleaned: F,
    all: Vec<Wish>,
}

impl<'g, F: Fn(&str) -> bool> Wishes<'g, F> {
    pub(super) fn new(ground: &'g Ground, is_cleaned: F) -> Wishes<'g, F> {
        Wishes { ground, is_cleaned, all: Vec::new() }
    }

    pub(super) fn done(mut self) -> Vec<Wish> {
        self.all.truncate(MOST);
        self.all
    }

    /// Rows for a copy into a table that demands more; `from` are the columns of the table that it copies.
    pub(super) fn copy(
        &mut self,
        copy: &Copy,
        sql: &str,
        into: &TableModel,
        from: &[String],
        demands: &Demands,
    ) {
        let (ground, old) = (self.ground, Demands::read(&self.ground.model.sql));
        let names: Vec<String> = into.columns.iter().map(|field| field.name.to_ascii_lowercase()).collect();
        let Some(pairs) = copy.pairs(&names, from) else { return };
        let plain = |name: &String| match pairs.iter().find(|(column, _)| column == name) {
            Some((_, Item::Column(column))) => ground.column(column),
            _ => None,
        };
        for check in demands.new_checks(&old) {
            let columns: Vec<usize> = check.names.iter().filter_map(plain).collect();
            self.check(check, &columns);
        }
        if demands.new_checks(&old).next().is_some() {
            self.literals();
        }
        for (field, name) in into.columns.iter().zip(&names) {
            let is = |word: &str| field.declared_type.eq_ignore_ascii_case(word);
            let is_whole = is("INT") || is("INTEGER");
            let is_strict = demands.is_strict && !old.is_strict && (is_whole || is("REAL"));
            if let Some(column) = plain(name).filter(|_| field.is_rowid || is_strict) {
                self.no_numbers(column, is_whole);
            }
        }
        if demands.is_other_unique(&old) {
            for columns in &into.unique {
                let columns: Vec<usize> = columns.iter().filter_map(|&at| plain(&names[at])).collect();
                self.alike(&columns, &Pins::new());
                self.outside(&columns);
            }
        }
        let is_made = |(name, item): &(&str, Item)| {
            let field = names.iter().position(|known| known == name).map(|at| &into.columns[at]);
            *item == Item::Other && field.is_some_and(|field| !field.nullable)
        };
        if pairs.iter().any(is_made) {
            self.empty(sql);
        }
    }

    /// Rows without a value that the new table asks for, among those that the WHERE of a copy picks by other values.
    pub(super) fn picked(&mut self, copy: &Copy, sql: &str, into: &TableModel, from: &[String]) {
        let ground = self.ground;
        let names: Vec<String> = into.columns.iter().map(|field| field.name.to_ascii_lowercase()).collect();
        let Some(pairs) = copy.pairs(&names, from) else { return };
        let tokens = list(&sql[before_where(sql).len()..]);
        let equal = tokens.windows(3).filter(|three| three[1].is("=") && three[0].kind != Kind::String);
        let within: Pins = equal
            .filter_map(|three| Some((ground.column(&three[0].name()?)?, literal(&three[2])?)))
            .collect();
        if within.is_empty() {
            return;
        }
        for (name, item) in pairs {
            let Some(at) = names.iter().position(|known| known == name) else { continue };
            let Item::Column(column) = item else { continue };
            let Some(column) = ground.column(&column).filter(|column| !within.contains_key(column)) else {
                continue;
            };
            let is_asked = !into.columns[at].nullable && !into.columns[at].is_rowid;
            if is_asked && ground.model.columns[column].nullable && self.is_free(column) {
                let mut pins = within.clone();
                pins.insert(column, Value::Null);
                self.all.push(vec![pins]);
            }
        }
    }

    /// Rows for a unique index, among those that it looks at.
    pub(super) fn index(&mut self, sandbox: &Sandbox, sql: &str) {
        let tokens = list(sql);
        let (keys, condition) = index(&tokens);
        let columns = self.ground.columns(keys);
        let mut within = Pins::new();
        if let Some(condition) = &condition {
            let Some(found) = self.within(sandbox, condition, &columns) else { return };
            within = found;
            if !columns.iter().chain(within.keys()).any(|&column| self.is_cleaned(column)) {
                let pins = self.same(&columns, &within);
                self.all.push(vec![pins.clone(), pins]);
            }
        }
        self.alike(&columns, &within);
        self.outside(&columns);
    }

    /// Values for what a condition names with which it holds, and that are not among these columns.
    fn within(&self, sandbox: &Sandbox, condition: &Condition, columns: &[usize]) -> Option<Pins> {
        let named = condition.names.iter().filter_map(|name| self.ground.column(name));
        let named: Vec<usize> = named.filter(|column| !columns.contains(column)).collect();
        let choices: Vec<Vec<Value>> = named
            .iter()
            .map(|&column| {
                let own = std::iter::once(self.ground.base[column].clone());
                let literals = condition.literals.iter().cloned().chain([0, 1].map(Value::Integer));
                own.chain(std::iter::once(Value::Null)).chain(literals).take(CHOICES).collect()
            })
            .collect();
        let count = choices.iter().map(Vec::len).product::<usize>().min(COMBINATIONS);
        let all = (0..count).map(|mut at| {
            let chosen = named.iter().zip(&choices).map(|(&column, values)| {
                let value = values[at % values.len()].clone();
                at /= values.len();
                (column, value)
            });
            chosen.collect::<Pins>()
        });
        let mut all = all;
        all.find(|pins| self.ground.satisfies(sandbox, pins, &condition.sql))
    }

    /// Rows for an UPDATE that makes new values of the old ones.
    pub(super) fn update(&mut self, columns: &[String], sql: &str) {
        let mut steps = vec![1];
        steps.extend(significant(sql).filter_map(|token| match literal(&token) {
            Some(Value::Integer(step)) if (2..=NEAR).contains(&step) => Some(step),
            _ => None,
        }));
        self.empty(sql);
        for column in columns.iter().filter_map(|column| self.ground.column(column)) {
            if !self.ground.is_unique(column) {
                continue;
            }
            // The others of a key are the same, or the rows differ anyway.
            let same = self.ground.beside(column);
            for step in &steps {
                let pins = |number: i64| {
                    let mut pins = same.clone();
                    pins.insert(column, Value::Integer(number));
                    pins
                };
                self.all.push(vec![pins(FAR), pins(FAR + step)]);
                self.all.push(vec![pins(FURTHER + step), pins(FURTHER)]);
            }
            if !self.ground.model.columns[column].is_rowid {
                let columns: Vec<usize> = same.keys().copied().collect();
                self.alike(&columns, &Pins::new());
            }
        }
    }

    /// Rows that a trigger may refuse.
    pub(super) fn trigger(&mut self) {
        for condition in &self.ground.refused {
            for column in condition.names.iter().filter_map(|name| self.ground.column(name)) {
                let field = &self.ground.model.columns[column];
                let values = match self.ground.is_key(column) || field.is_rowid {
                    true => Vec::new(),
                    false => odd::few(field, &condition.literals),
                };
                self.single(column, values);
            }
        }
    }

    fn single(&mut self, column: usize, values: Vec<Value>) {
        self.all.extend(values.into_iter().map(|value| vec![Pins::from([(column, value)])]));
    }

    fn is_cleaned(&self, column: usize) -> bool {
        (self.is_cleaned)(&self.ground.model.columns[column].name.to_ascii_lowercase())
    }

    /// Whether a column may hold what its type and the conditions allow.
    fn is_free(&self, column: usize) -> bool {
        !self.ground.model.columns[column].is_rowid && !self.ground.is_key(column) && !self.is_cleaned(column)
    }

    fn check(&mut self, check: &Condition, columns: &[usize]) {
        let ground = self.ground;
        let known = |column: usize| {
            let mut literals = ground.model.columns[column].literals.clone();
            literals.extend(check.literals.iter().cloned());
            literals
        };
        for &column in columns {
            if self.is_free(column) {
                self.single(column, odd::values(&ground.model.columns[column], &known(column)));
            } else if ground.is_key(column)
                && ground.model.columns[column].nullable
                && !self.is_cleaned(column)
            {
                self.single(column, vec![Value::Null]);
            }
        }
        if let [one, other, ..] = columns[..]
            && self.is_free(one)
            && self.is_free(other)
        {
            let few = |column: usize| odd::few(&ground.model.columns[column], &known(column));
            for value in few(one) {
                let pins = |second: Value| Pins::from([(one, value.clone()), (other, second)]);
                self.all.extend(few(other).into_iter().map(|second| vec![pins(second)]));
            }
        }
    }

    /// What the CHECKs of the old table name: values that a migration has to know.
    fn literals(&mut self) {
        for column in 0..self.ground.model.columns.len() {
            self.single(column, self.ground.model.columns[column].literals.clone());
        }
    }

    fn no_numbers(&mut self, column: usize, is_whole: bool) {
        if self.is_free(column) {
            self.single(column, odd::no_numbers(is_whole));
        }
    }

    /// What the base has in these columns, and other values beside.
    fn same(&self, columns: &[usize], within: &Pins) -> Pins {
        let mut pins = within.clone();
        pins.extend(columns.iter().map(|&column| (column, self.ground.base[column].clone())));
        pins
    }

    /// Rows that differ, and that may not differ enough.
    fn alike(&mut self, columns: &[usize], within: &Pins) {
        let ground = self.ground;
        let same = self.same(columns, within);
        for &column in columns {
            if !self.is_free(column) {
                continue;
            }
            for (one, other) in odd::alike(&ground.model.columns[column]) {
                let with = |value: Value| {
                    let mut pins = same.clone();
                    pins.insert(column, value);
                    pins
                };
                self.all.push(vec![with(one), with(other)]);
            }
        }
    }

    /// Equal rows, of which a partial index on these columns has looked at none.
    fn outside(&mut self, columns: &[usize]) {
        let ground = self.ground;
        if columns.iter().any(|&column| self.is_cleaned(column)) {
            return;
        }
        let same = self.same(columns, &Pins::new());
        for (indexed, condition) in &ground.partial {
            if !indexed.iter().all(|column| columns.contains(column)) {
                continue;
            }
            for column in condition.names.iter().filter_map(|name| ground.column(name)) {
                if same.contains_key(&column) || ground.is_key(column) {
                    continue;
                }
                for value in odd::values(&ground.model.columns[column], &condition.literals) {
                    let mut pins = same.clone();
                    pins.insert(column, value);
                    self.all.push(vec![pins.clone(), pins]);
                }
            }
        }
    }

    /// What NULLIF makes NULL.
    fn empty(&mut self, sql: &str) {
        let tokens = list(sql);
        for at in (0..tokens.len()).filter(|&at| tokens[at].is("NULLIF")) {
            let end = (at + 12).min(tokens.len());
            let columns = self.ground.columns(&tokens[at + 1..end]);
            let value = tokens[at..end].iter().find_map(literal);
            if let (Some(&column), Some(value)) = (columns.first(), value) {
                self.single(column, vec![value]);
            }
        }
    }
}
