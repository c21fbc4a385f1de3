//! What would make a statement faster, for certain.

use super::index::NewIndex;

/// What an index spares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// All rows of a table are read.
    Scan,
    /// An index is made in each run.
    Automatic,
    /// Rows are sorted that could come in their order.
    Sort,
}

/// A fault, and the indexes that SQLite no longer has it with: one, but where OR takes several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Advice {
    pub(crate) fault: Fault,
    /// What the statement calls the table.
    pub(crate) label: String,
    pub(crate) indexes: Vec<NewIndex>,
}
