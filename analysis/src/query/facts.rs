//! What is known of the rows at one place of a statement, beside the schema.

use std::collections::BTreeSet;

use sqlite3_parser::ast::Expr;

use super::shape::is_opaque;
use super::syntax::{is_small, name_of};

/// Where a column stands: the item of FROM, and its column there.
pub(super) type At = (usize, usize);

/// What conditions have proven. To know less is always right.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Facts {
    /// The columns that are not NULL.
    pub(super) columns: BTreeSet<At>,
    /// The other expressions that are not NULL, each as its tree is printed.
    expressions: BTreeSet<String>,
    /// The sides of outer joins that are there, by number.
    pub(super) sides: BTreeSet<usize>,
    /// Whether there may be a row without any row of the tables: an aggregate over nothing.
    pub(super) empty: bool,
}

impl Facts {
    /// What is known where nothing is but that there may be no row.
    pub(super) fn of_nothing() -> Facts {
        Facts { empty: true, ..Facts::default() }
    }

    /// What is known where these columns are not NULL.
    pub(super) fn of_columns(columns: BTreeSet<At>) -> Facts {
        Facts { columns, ..Facts::default() }
    }

    /// What holds either way.
    pub(super) fn meet(self, other: &Facts) -> Facts {
        Facts {
            columns: self.columns.intersection(&other.columns).copied().collect(),
            expressions: self.expressions.intersection(&other.expressions).cloned().collect(),
            sides: self.sides.intersection(&other.sides).copied().collect(),
            empty: self.empty || other.empty,
        }
    }

    /// Adds what holds too; `false` if all of it was known.
    pub(super) fn add(&mut self, other: &Facts) -> bool {
        let before = self.len();
        self.columns.extend(&other.columns);
        self.expressions.extend(other.expressions.iter().cloned());
        self.sides.extend(&other.sides);
        self.len() > before
    }

    fn len(&self) -> usize {
        self.columns.len() + self.expressions.len() + self.sides.len()
    }

    /// Whether this very expression is not NULL.
    pub(super) fn has(&self, value: &Expr<'_>) -> bool {
        !self.expressions.is_empty()
            && (is_opaque(value) || name_of(value).is_some())
            && is_small(value)
            && self.expressions.contains(&format!("{value:?}"))
    }

    /// This expression is not NULL, wherever it stands.
    pub(super) fn insert(&mut self, value: &Expr<'_>) {
        self.expressions.insert(format!("{value:?}"));
    }

    /// Takes out what is known of these items, and of expressions, which may name them.
    pub(super) fn take(&mut self, items: std::ops::Range<usize>) -> Facts {
        let (inside, outside) = self.columns.iter().partition(|(item, _)| items.contains(item));
        self.columns = outside;
        self.expressions.clear();
        Facts::of_columns(inside)
    }
}

/// What holds as soon as these sides of outer joins are there.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) sides: BTreeSet<usize>,
    pub(super) facts: Facts,
}
