//! What is known of a value before the statement runs.

use onward_schema::{Classes, Column, Table};

/// Whether a value may be NULL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Null {
    /// The schema and the statement exclude it.
    Never,
    /// Nothing says so either way.
    Unknown,
    /// The schema or the statement admits it.
    Possible,
}

/// A column of a table or view of the schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The table or view.
    pub table: String,
    /// The column.
    pub column: String,
    /// Its type as declared.
    pub declared_type: String,
    /// The storage classes of the types that can hold its values.
    pub held_by: Classes,
    /// The expression after `DEFAULT`.
    pub default: Option<String>,
}

/// What is known of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value {
    /// The storage classes it may have besides NULL; for what nobody knows, all of them.
    pub classes: Classes,
    /// Whether it may be NULL.
    pub null: Null,
    /// The column it is, unchanged.
    pub source: Option<Source>,
}

impl Value {
    /// Of which nothing is known.
    pub(super) const UNKNOWN: Value = Value { classes: Classes::ANY, null: Null::Unknown, source: None };

    pub(super) fn new(classes: Classes, null: Null) -> Value {
        Value { classes, null, source: None }
    }

    /// A column of a table of the schema.
    pub(crate) fn of_column(table: &Table, column: &Column) -> Value {
        let null = if table.is_nullable(column) { Null::Possible } else { Null::Never };
        let source = Source {
            table: table.name.clone(),
            column: column.name.clone(),
            declared_type: column.declared_type.clone(),
            held_by: column.held_by(),
            default: column.default.clone(),
        };
        Value { classes: column.classes(), null, source: Some(source) }
    }

    /// The storage classes of the types that can hold it.
    pub fn held_by(&self) -> Classes {
        self.source.as_ref().map_or(self.classes, |source| source.held_by)
    }

    /// A value that is never NULL.
    pub(super) fn some(classes: Classes) -> Value {
        Value::new(classes, Null::Never)
    }

    /// The same value where it may also be missing: the other side of an outer join, an empty group.
    pub(super) fn or_null(self) -> Value {
        Value { null: Null::Possible, ..self }
    }

    /// One of two values, whichever it turns out to be.
    pub(super) fn or(self, other: Value) -> Value {
        Value {
            classes: self.classes.or(other.classes),
            null: self.null.max(other.null),
            source: self.source.filter(|source| other.source.as_ref() == Some(source)),
        }
    }
}

/// NULL as soon as one of them is.
pub(super) fn any_null(values: &[Value]) -> Null {
    values.iter().map(|value| value.null).max().unwrap_or(Null::Never)
}
