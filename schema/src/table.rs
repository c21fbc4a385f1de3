//! Tables, virtual ones among them.

use onward_core::name::Ident;

use crate::{Column, ForeignKey, Index};

/// A table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Its name as written.
    pub name: String,
    /// Its columns in their order; of a virtual table those that are not hidden, and none if its module is not there.
    pub columns: Vec<Column>,
    /// Whether values must have their column's type.
    pub strict: bool,
    /// Whether the primary key is the table's own order, without a rowid.
    pub without_rowid: bool,
    /// Whether a rowid is never used again.
    pub autoincrement: bool,
    /// Its indexes: first those that constraints made, in the order of the constraints, then the others by name.
    pub indexes: Vec<Index>,
    /// Its foreign keys in the order written.
    pub foreign_keys: Vec<ForeignKey>,
    /// The conditions of its CHECK constraints in the order written, comments and white space folded.
    pub checks: Vec<String>,
    /// What keeps the rows of a virtual table; `None` for an ordinary one.
    pub module: Option<Module>,
    /// Its canonical text (see [`canonical`](mod@onward_core::canonical)), for what the other fields do not say: the names of
    /// constraints, ON CONFLICT clauses, and the like.
    pub definition: String,
}

/// What keeps the rows of a virtual table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Module {
    /// Its name as written.
    pub name: String,
    /// Its arguments, comments and white space folded.
    pub arguments: Vec<String>,
}

impl Table {
    /// The column of this name, in any case.
    ///
    /// ```
    /// # use onward_schema::Schema;
    /// # let conn = rusqlite::Connection::open_in_memory()?;
    /// conn.execute_batch("CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT NOT NULL, note TEXT)")?;
    /// let schema = Schema::read(&conn)?;
    /// assert!(schema.tables["jobs"].column("STATE").is_some_and(|column| column.not_null));
    /// # Ok::<(), rusqlite::Error>(())
    /// ```
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| Ident(&column.name) == name)
    }

    /// The columns of the primary key in the key's order.
    ///
    /// ```
    /// # use onward_schema::Schema;
    /// # let conn = rusqlite::Connection::open_in_memory()?;
    /// conn.execute_batch("CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT NOT NULL, note TEXT)")?;
    /// let schema = Schema::read(&conn)?;
    /// let key: Vec<_> = schema.tables["jobs"].primary_key().iter().map(|column| &column.name).collect();
    /// assert_eq!(key, ["id"]);
    /// # Ok::<(), rusqlite::Error>(())
    /// ```
    pub fn primary_key(&self) -> Vec<&Column> {
        let mut key: Vec<&Column> = Vec::new();
        for column in self.columns.iter().filter(|column| column.primary_key.is_some()) {
            key.insert(key.partition_point(|other| other.primary_key < column.primary_key), column);
        }
        key
    }
}
