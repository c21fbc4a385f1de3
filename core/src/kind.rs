//! What a statement is, as far as onward treats it differently.

use std::fmt;
use std::ops::Range;

use crate::name::Ident;

/// A name in a statement and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// The name without quotes and without the database before it.
    pub text: String,
    /// The bytes of the text it takes, quotes included.
    pub range: Range<usize>,
    /// The database that is written before it, without quotes: `main`, `temp` or an attached one.
    pub database: Option<String>,
}

impl Name {
    /// Whether it is this name; SQLite does not look at the case of ASCII letters.
    ///
    /// ```
    /// use onward_core::kind::Name;
    ///
    /// let name = Name { text: "jobs".to_owned(), range: 0..4, database: None };
    /// assert!(name.is("JOBS") && !name.is("job"));
    /// ```
    pub fn is(&self, other: &str) -> bool {
        Ident(&self.text) == other
    }

    /// Whether no other database than `main` is written before it.
    ///
    /// ```
    /// use onward_core::kind::Name;
    ///
    /// let name = Name { text: "jobs".to_owned(), range: 0..4, database: Some("temp".to_owned()) };
    /// assert!(!name.is_in_main());
    /// ```
    pub fn is_in_main(&self) -> bool {
        self.database.as_ref().is_none_or(|database| Ident(database) == "main")
    }
}

/// A kind of object in a schema: what can be created and dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ObjectKind {
    /// A table, virtual or not.
    Table,
    /// An index that `CREATE INDEX` made.
    Index,
    /// A view.
    View,
    /// A trigger.
    Trigger,
}

impl ObjectKind {
    /// All of them.
    pub const ALL: [ObjectKind; 4] =
        [ObjectKind::Table, ObjectKind::Index, ObjectKind::View, ObjectKind::Trigger];

    /// From the words of `sqlite_schema`.
    ///
    /// ```
    /// use onward_core::kind::ObjectKind;
    ///
    /// assert_eq!(ObjectKind::from_sql("view"), Some(ObjectKind::View));
    /// ```
    pub fn from_sql(word: &str) -> Option<ObjectKind> {
        ObjectKind::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// Its name, which is also SQLite's.
    ///
    /// ```
    /// assert_eq!(onward_core::kind::ObjectKind::Table.as_str(), "table");
    /// ```
    pub fn as_str(self) -> &'static str {
        match self {
            ObjectKind::Table => "table",
            ObjectKind::Index => "index",
            ObjectKind::View => "view",
            ObjectKind::Trigger => "trigger",
        }
    }
}

impl fmt::Display for ObjectKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What an ALTER TABLE changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// ADD COLUMN.
    Add(Name),
    /// DROP COLUMN.
    Drop(Name),
    /// RENAME COLUMN from one name to another.
    Rename(Name, Name),
    /// RENAME TO.
    RenameTable(Name),
}

/// What a statement is, as far as onward treats it differently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// CREATE of something; `on` is the table of an index or a trigger.
    Create {
        /// What is created.
        object: ObjectKind,
        /// Its name.
        name: Name,
        /// The table that an index or a trigger belongs to.
        on: Option<Name>,
        /// Whether it lasts no longer than the connection.
        temporary: bool,
        /// Whether it does nothing if the name is taken.
        if_not_exists: bool,
    },
    /// ALTER TABLE.
    Alter {
        /// The table.
        table: Name,
        /// What changes, if it was understood.
        change: Option<Change>,
    },
    /// DROP of something.
    Drop {
        /// What is dropped.
        object: ObjectKind,
        /// Its name.
        name: Name,
    },
    /// BEGIN, COMMIT or END: left out, the runtime has its own transaction.
    Transaction,
    /// ROLLBACK, with or without TO.
    Rollback,
    /// VACUUM, ATTACH or DETACH, which SQLite refuses inside a transaction or onward cannot follow.
    Outside,
    /// PRAGMA of this name, in lower case.
    Pragma(String),
    /// Anything else: it is run.
    Other,
}

impl Kind {
    /// Whether such a statement changes the schema.
    ///
    /// ```
    /// use onward_core::statement::statements;
    ///
    /// let changes = |sql| statements(sql)[0].kind.changes_schema();
    /// assert!(changes("ALTER TABLE jobs ADD COLUMN state") && !changes("DELETE FROM jobs"));
    /// ```
    pub fn changes_schema(&self) -> bool {
        matches!(self, Kind::Create { .. } | Kind::Alter { .. } | Kind::Drop { .. })
    }

    /// The name that there is once it has run: of what it creates, or that it gives to a table.
    ///
    /// ```
    /// use onward_core::statement::statements;
    ///
    /// let makes = |sql| statements(sql)[0].kind.makes().map(|name| name.text.clone());
    /// assert_eq!(makes("ALTER TABLE jobs RENAME TO tasks"), Some("tasks".to_owned()));
    /// assert_eq!(makes("DROP TABLE jobs"), None);
    /// ```
    pub fn makes(&self) -> Option<&Name> {
        match self {
            Kind::Create { name, .. } | Kind::Alter { change: Some(Change::RenameTable(name)), .. } => {
                Some(name)
            }
            _ => None,
        }
    }
}
