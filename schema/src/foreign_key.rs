//! A table's foreign keys.

use std::fmt;

/// A reference from the rows of one table to those of another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignKey {
    /// The columns that refer.
    pub columns: Vec<String>,
    /// The table they refer to, as written; nothing says it exists.
    pub parent: String,
    /// The columns they refer to; empty if not written, which is the parent's primary key.
    pub parent_columns: Vec<String>,
    /// What happens to the row when the parent's key changes.
    pub on_update: Action,
    /// What happens to the row when the parent goes.
    pub on_delete: Action,
    /// `DEFERRABLE INITIALLY DEFERRED`: checked at COMMIT, not after every statement.
    pub deferred: bool,
}

/// What happens to a row whose parent changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// The change is an error if it still stands when constraints are checked.
    NoAction,
    /// The change is an error at once.
    Restrict,
    /// The reference becomes NULL.
    SetNull,
    /// The reference becomes its column's default.
    SetDefault,
    /// The row goes, or changes, with its parent.
    Cascade,
}

impl Action {
    /// From the words of `pragma_foreign_key_list`.
    pub(crate) fn from_sql(words: &str) -> Action {
        match words {
            "RESTRICT" => Action::Restrict,
            "SET NULL" => Action::SetNull,
            "SET DEFAULT" => Action::SetDefault,
            "CASCADE" => Action::Cascade,
            _ => Action::NoAction,
        }
    }

    /// As SQL writes it.
    pub fn as_sql(self) -> &'static str {
        match self {
            Action::NoAction => "NO ACTION",
            Action::Restrict => "RESTRICT",
            Action::SetNull => "SET NULL",
            Action::SetDefault => "SET DEFAULT",
            Action::Cascade => "CASCADE",
        }
    }
}

/// The key from `REFERENCES` on.
impl fmt::Display for ForeignKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "REFERENCES {}", self.parent)?;
        if !self.parent_columns.is_empty() {
            write!(f, "({})", self.parent_columns.join(", "))?;
        }
        for (event, action) in [("UPDATE", self.on_update), ("DELETE", self.on_delete)] {
            if action != Action::NoAction {
                write!(f, " ON {event} {}", action.as_sql())?;
            }
        }
        if self.deferred {
            f.write_str(" DEFERRABLE INITIALLY DEFERRED")?;
        }
        Ok(())
    }
}
