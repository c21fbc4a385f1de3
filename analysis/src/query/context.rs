//! What surrounds a SELECT.

use std::cell::Cell;

use onward_schema::Schema;

use super::item::Column;
use super::nulls::Nulls;
use super::registered::Registered;

/// The tables that WITH makes, and how deep inside the statement we are.
#[derive(Clone, Default)]
pub(super) struct Tables {
    /// The innermost last; `None` for columns that are not known.
    pub(super) with: Vec<(String, Option<Vec<Column>>)>,
    pub(super) depth: usize,
    /// Whether this is inside a view, which knows its own database first.
    pub(super) in_view: bool,
}

/// What a SELECT inside an expression may refer to.
#[derive(Clone, Copy)]
pub(super) struct Context<'c> {
    pub(super) schema: &'c Schema,
    pub(super) nulls: &'c Nulls,
    pub(super) registered: Registered<'c>,
    pub(super) tables: &'c Tables,
    pub(super) effort: &'c Effort,
}

/// How much is looked at in one statement, so that no nesting takes for ever or fills the stack.
#[derive(Default)]
pub(super) struct Effort {
    conditions: Cell<u32>,
    depth: Cell<u32>,
}

impl Effort {
    const CONDITIONS: u32 = 20_000;
    const DEPTH: u32 = 100;

    /// Whether one more condition may be looked at.
    pub(super) fn spend(&self) -> bool {
        self.conditions.set(self.conditions.get().saturating_add(1));
        self.conditions.get() <= Effort::CONDITIONS
    }

    /// Looks at what an expression is made of; `None` if it is too deep.
    pub(super) fn deeper<T>(&self, look: impl FnOnce() -> T) -> Option<T> {
        let depth = self.depth.get();
        (depth < Effort::DEPTH).then(|| {
            self.depth.set(depth + 1);
            let found = look();
            self.depth.set(depth);
            found
        })
    }
}
