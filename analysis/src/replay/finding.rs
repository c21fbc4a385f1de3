//! What the sample rows have shown.

use onward_schema::Violation;

use crate::folder::history::At;
use crate::sqlite::message::Refusal;

/// What the rows have shown of a statement.
#[derive(Debug, Clone)]
pub(crate) struct Finding {
    pub(crate) at: At,
    /// Whether every database that is not empty is hit.
    pub(crate) certain: bool,
    pub(crate) what: What,
}

#[derive(Debug, Clone)]
pub(crate) enum What {
    /// The statement fails; with the row that makes it fail, and whether it works with foreign keys on.
    Fails { refusal: Refusal, row: Option<String>, acts: bool },
    /// Rows of a table that is kept are gone.
    RowsLost { table: String, before: usize, after: usize, cascade: bool },
    /// A column has other values: those of another column, or one text for all.
    Changed { table: String, column: String, other: String, is_text: bool, values: (String, String) },
    /// A foreign key has cleared a column, since rows that it referred to were deleted without a word.
    Cleared { table: String, column: String, parent: String },
    /// The rows have other rowids, by which a full-text index knows them.
    Renumbered { table: String, index: String },
    /// Rows refer to what is not there any more; whether their foreign key would have seen to it.
    Orphans { violations: Vec<Violation>, parent: String, acts: bool },
}
