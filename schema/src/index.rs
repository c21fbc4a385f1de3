//! A table's indexes.

use onward_core::name::Ident;

/// An index of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Index {
    /// Its name as written; `sqlite_autoindex_…` for one that a constraint made.
    pub name: String,
    /// Where it comes from.
    pub origin: Origin,
    /// Whether it refuses a second row with the same values.
    pub unique: bool,
    /// What it is sorted by.
    pub columns: Vec<IndexColumn>,
    /// The condition after `WHERE`, comments and white space folded, if only some rows are in it.
    pub partial: Option<String>,
    /// Its canonical text (see [`canonical`](mod@onward_core::canonical)); `None` for one that a constraint made.
    pub definition: Option<String>,
}

/// Where an index comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Origin {
    /// `CREATE INDEX`.
    Created,
    /// A UNIQUE constraint of the table.
    UniqueConstraint,
    /// The PRIMARY KEY of the table. A lone `INTEGER PRIMARY KEY` is the rowid and has none.
    PrimaryKey,
}

/// A column of an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexColumn {
    /// The table's column, or an expression with its COLLATE, comments and white space folded.
    pub name_or_expression: String,
    /// Whether it is an expression.
    pub is_expression: bool,
    /// Whether it is sorted from high to low.
    pub descending: bool,
    /// The collation its text is compared by.
    pub collation: String,
}

impl Index {
    /// The columns as SQL, in brackets.
    pub(crate) fn column_list(&self) -> String {
        let columns: Vec<String> = self
            .columns
            .iter()
            .map(|column| {
                let mut text = column.name_or_expression.clone();
                if Ident(&column.collation) != "binary" {
                    text.push_str(" COLLATE ");
                    text.push_str(&column.collation);
                }
                if column.descending {
                    text.push_str(" DESC");
                }
                text
            })
            .collect();
        format!("({})", columns.join(", "))
    }
}
