//! Rows that a statement may refuse, though the table allows them that they are in.

use onward_schema::token::{Token, significant};
use rusqlite::types::Value;

use super::super::shape::{Shape, literal};
use super::super::write::{Copy, Item};
use super::demand::{Condition, Demands};
use super::odd;
use super::plant::{Ground, Pins, index};

/// More rows than these are not tried for a statement.
const MOST: usize = 160;
/// Numbers that nothing else has.
const FAR: i64 = 7001;
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

    /// Rows for a copy into a table that demands more; `pairs` says which of its columns gets what.
    pub(super) fn copy(&mut self, copy: &Copy, sql: &str, into: &Shape, from: &[String], demands: &Demands) {
        let old = Demands::read(&self.ground.text);
        let names: Vec<String> = into.columns.iter().map(|field| field.name.to_ascii_lowercase()).collect();
        let Some(pairs) = copy.pairs(&names, from) else { return };
        let item = |name: &str| pairs.iter().find(|(column, _)| *column == name).map(|(_, item)| item);
        let plain = |name: &str| match item(name) {
            Some(Item::Column(column)) => self.ground.column(column),
            _ => None,
        };
        let checks: Vec<(&Condition, Vec<usize>)> = demands
            .new_checks(&old)
            .map(|check| (check, check.names.iter().filter_map(|n| plain(n)).collect()))
            .collect();
        let strict: Vec<(usize, bool)> = into
            .columns
            .iter()
            .filter_map(|field| {
                let is_whole =
                    ["INT", "INTEGER"].iter().any(|word| field.declared_type.eq_ignore_ascii_case(word));
                let is_number = is_whole || field.declared_type.eq_ignore_ascii_case("REAL");
                let is_wanted = field.is_rowid || is_number && demands.is_strict && !old.is_strict;
                plain(&field.name.to_ascii_lowercase()).filter(|_| is_wanted).map(|column| (column, is_whole))
            })
            .collect();
        let unique: Vec<Vec<usize>> = match demands.is_other_unique(&old) {
            true => into
                .unique
                .iter()
                .map(|columns| columns.iter().filter_map(|&at| plain(&names[at])).collect())
                .collect(),
            false => Vec::new(),
        };
        let is_filled = |name: &str| {
            let field = into.columns.iter().find(|field| field.name.eq_ignore_ascii_case(name));
            field.is_some_and(|field| !field.nullable)
        };
        let empties = pairs.iter().any(|(name, item)| *item == Item::Other && is_filled(name));
        for (check, columns) in &checks {
            self.check(check, columns);
        }
        if !checks.is_empty() {
            self.literals();
        }
        strict.into_iter().for_each(|(column, is_whole)| self.no_numbers(column, is_whole));
        for columns in unique {
            self.alike(&columns);
            self.outside(&columns);
        }
        if empties {
            self.empty(sql);
        }
    }

    /// Rows for a unique index.
    pub(super) fn index(&mut self, sql: &str) {
        let tokens: Vec<Token<'_>> = significant(sql).collect();
        let (inside, _) = index(&tokens);
        let columns = self.ground.columns(inside);
        self.alike(&columns);
        self.outside(&columns);
    }

    /// Rows for an UPDATE that makes new values of the old ones.
    pub(super) fn update(&mut self, columns: &[String], sql: &str) {
        let mut steps = vec![1];
        steps.extend(significant(sql).filter_map(|token| match literal(&token) {
            Some(Value::Integer(step)) if (2..=NEAR).contains(&step) => Some(step),
            _ => None,
        }));
        for column in columns.iter().filter_map(|column| self.ground.column(column)) {
            if !self.ground.is_unique(column) {
                continue;
            }
            for step in &steps {
                let pin = |number: i64| Pins::from([(column, Value::Integer(number))]);
                self.all.push(vec![pin(FAR), pin(FAR + step)]);
                self.all.push(vec![pin(FAR + step), pin(FAR)]);
            }
            if !self.ground.shape.columns[column].is_rowid {
                self.alike(&[column]);
            }
        }
    }

    /// Rows that a trigger may refuse.
    pub(super) fn trigger(&mut self) {
        for condition in &self.ground.refused {
            for column in condition.names.iter().filter_map(|name| self.ground.column(name)) {
                let field = &self.ground.shape.columns[column];
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
        (self.is_cleaned)(&self.ground.shape.columns[column].name.to_ascii_lowercase())
    }

    /// Whether a column may hold what its type and the conditions allow.
    fn is_free(&self, column: usize) -> bool {
        !self.ground.shape.columns[column].is_rowid && !self.ground.is_key(column) && !self.is_cleaned(column)
    }

    fn check(&mut self, check: &Condition, columns: &[usize]) {
        let ground = self.ground;
        let known = |column: usize| {
            let mut literals = ground.shape.columns[column].literals.clone();
            literals.extend(check.literals.iter().cloned());
            literals
        };
        for &column in columns {
            if self.is_free(column) {
                self.single(column, odd::values(&ground.shape.columns[column], &known(column)));
            } else if ground.is_key(column)
                && ground.shape.columns[column].nullable
                && !self.is_cleaned(column)
            {
                self.single(column, vec![Value::Null]);
            }
        }
        if let [one, other, ..] = columns[..]
            && self.is_free(one)
            && self.is_free(other)
        {
            let few = |column: usize| odd::few(&ground.shape.columns[column], &known(column));
            for value in few(one) {
                let pins = |second: Value| Pins::from([(one, value.clone()), (other, second)]);
                self.all.extend(few(other).into_iter().map(|second| vec![pins(second)]));
            }
        }
    }

    /// What the CHECKs of the old table name: values that a migration has to know.
    fn literals(&mut self) {
        for column in 0..self.ground.shape.columns.len() {
            self.single(column, self.ground.shape.columns[column].literals.clone());
        }
    }

    fn no_numbers(&mut self, column: usize, is_whole: bool) {
        if self.is_free(column) {
            self.single(column, odd::no_numbers(is_whole));
        }
    }

    /// Rows that differ, and that may not differ enough.
    fn alike(&mut self, columns: &[usize]) {
        let ground = self.ground;
        let same: Pins = columns.iter().map(|&column| (column, ground.base[column].clone())).collect();
        for &column in columns {
            if !self.is_free(column) {
                continue;
            }
            for (one, other) in odd::alike(&ground.shape.columns[column]) {
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
        let same: Pins = columns.iter().map(|&column| (column, ground.base[column].clone())).collect();
        for (indexed, condition) in &ground.partial {
            if !indexed.iter().all(|column| columns.contains(column)) {
                continue;
            }
            for column in condition.names.iter().filter_map(|name| ground.column(name)) {
                if same.contains_key(&column) || ground.is_key(column) {
                    continue;
                }
                for value in odd::values(&ground.shape.columns[column], &condition.literals) {
                    let mut pins = same.clone();
                    pins.insert(column, value);
                    self.all.push(vec![pins.clone(), pins]);
                }
            }
        }
    }

    /// What NULLIF makes NULL.
    fn empty(&mut self, sql: &str) {
        let tokens: Vec<Token<'_>> = significant(sql).collect();
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
