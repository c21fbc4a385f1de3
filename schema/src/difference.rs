//! One way in which a schema is not what it should be.

use std::fmt;

use onward_core::kind::ObjectKind;
use onward_core::printable::printable;

/// One way in which a schema is not what it should be, found by [`Schema::compare`](crate::Schema::compare).
///
/// Its `Display` is a sentence without a full stop: "table `jobs`: column `archived` is missing".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What kind of object differs.
    pub kind: ObjectKind,
    /// The object's name, as the expected schema writes it if it has the object.
    pub name: String,
    /// How it differs.
    pub change: Change,
}

/// How an object differs from the expected one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// It is not there.
    Missing,
    /// It should not be there.
    Unexpected,
    /// A part of it is not there: "column `archived`".
    PartMissing(String),
    /// A part of it should not be there.
    PartUnexpected(String),
    /// A part of it is another.
    PartChanged {
        /// Which part: "column `state`", "definition".
        part: String,
        /// What it should be.
        expected: String,
        /// What it is.
        found: String,
    },
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} `{}`", self.kind, printable(&self.name))?;
        match &self.change {
            Change::Missing => f.write_str(" is missing"),
            Change::Unexpected => f.write_str(" should not be there"),
            Change::PartMissing(part) => write!(f, ": {} is missing", printable(part)),
            Change::PartUnexpected(part) => write!(f, ": {} should not be there", printable(part)),
            Change::PartChanged { part, expected, found } => {
                write!(f, ": {} should be {}, is {}", printable(part), printable(expected), printable(found))
            }
        }
    }
}
