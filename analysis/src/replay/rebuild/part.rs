//! What is gone of a table, or other than it was.

use onward_schema::{ForeignKey, Table};

use super::constraint::Constraint;
use crate::folder::history::At;

/// Something that is gone, or other than it was.
#[derive(Debug, Clone)]
pub(crate) struct Loss {
    /// The statement that takes it away, or makes the table without it.
    pub(crate) at: At,
    /// The table or view it belongs to, as written.
    pub(crate) table: String,
    pub(crate) what: Part,
}

#[derive(Debug, Clone)]
pub(crate) enum Part {
    /// With the statement that makes it again.
    Index {
        name: String,
        sql: String,
        unique: bool,
    },
    Trigger {
        name: String,
        sql: String,
    },
    View {
        name: String,
        sql: String,
    },
    /// An INSTEAD OF trigger of a view that is made again.
    Instead {
        name: String,
        sql: String,
        /// INSERT, UPDATE or DELETE.
        event: String,
        /// All triggers that the view had, in lower case.
        had: Vec<String>,
        /// Whether no other trigger of the view is there for it, so that SQLite refuses it.
        alone: bool,
    },
    ForeignKey(ForeignKey),
    Autoincrement,
    /// With the table as it was.
    Constraints {
        lost: Vec<Constraint>,
        was: Box<Table>,
    },
    /// The column of the primary key, which may be NULL now.
    NotNull(String),
    /// Text in the column is turned into numbers.
    Affinity {
        column: String,
        from: String,
        to: String,
    },
    /// The foreign key refers to a table that is gone; it was the first of the two before.
    Parent {
        key: ForeignKey,
        was: String,
    },
    /// The rows of the table.
    Rows,
    /// What is in some columns, and whether somebody has said so.
    Values {
        columns: Vec<String>,
        said: bool,
    },
    /// The same, of columns that the table keeps: the copy leaves them out.
    LeftOut(Vec<String>),
    /// A column gets the values of another one that the table keeps as well.
    Moved {
        column: String,
        other: String,
    },
    /// The rowids of the rows, by the column that has them; with the tables whose foreign keys refer to it.
    Ids {
        key: String,
        children: Vec<String>,
    },
}
