//! What surrounds a SELECT.

use std::cell::Cell;

use onward_schema::Schema;

use super::scope::Column;

/// The tables that WITH makes, and how deep inside the statement we are.
#[derive(Clone, Default)]
pub(super) struct Tables {
    /// The innermost last; `None` for columns that are not known.
    pub(super) with: Vec<(String, Option<Vec<Column>>)>,
    pub(super) depth: usize,
}

/// What a SELECT inside an expression may refer to.
#[derive(Clone, Copy)]
pub(super) struct Context<'c> {
    pub(super) schema: &'c Schema,
    pub(super) tables: &'c Tables,
    /// How many more conditions are looked at, so that no nesting takes for ever.
    pub(super) effort: &'c Cell<u32>,
}

impl Context<'_> {
    /// Whether one more condition may be looked at.
    pub(super) fn spend(self) -> bool {
        let left = self.effort.get();
        self.effort.set(left.saturating_sub(1));
        left > 0
    }
}
