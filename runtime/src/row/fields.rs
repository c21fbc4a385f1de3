//! What the compiler holds against each other: a struct's fields and the columns of a table or a query. All of it runs
//! while the application compiles.

use onward_schema::Classes;
use rusqlite::types::ToSql;

use super::convert::Bound;
use super::stored::Nullable;

/// A struct's fields as columns.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no fields that are columns",
    label = "not a `Row`",
    note = "write `#[derive(onward::Row)]` above the struct"
)]
pub trait Fields {
    /// In their order.
    const FIELDS: &'static [Field];
}

/// The values of a struct's fields.
pub trait Values: Fields {
    /// Calls with the value of every field whose column is wanted, in their order.
    fn values<'v>(&'v self, wanted: &dyn Fn(&str, Use) -> bool, call: &mut dyn FnMut(Bound<'v>));
}

/// `ToSql` as a bound that rustc leaves open until somebody needs it: a struct that is only read may have fields that
/// cannot be written.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be written to a column",
    label = "rusqlite has no `ToSql` for it",
    note = "for `u64`, `usize` and other types that an `i64` can be made of, write `#[onward(try_from = i64)]` at the field",
    note = "for what is stored as text, `#[onward(with = onward::as_text)]`"
)]
pub trait Writable<'v>: ToSql {}

#[diagnostic::do_not_recommend]
impl<T: ToSql + ?Sized> Writable<'_> for T {}

/// [`Values`] as such a bound.
pub trait WritableFields<'v>: Values {}

impl<T: Values + ?Sized> WritableFields<'_> for T {}

/// A field.
pub enum Field {
    /// It is a column.
    Column {
        /// The column's name.
        name: &'static str,
        /// What the field's type stands for.
        classes: Classes,
        /// Whether it has a value for NULL.
        null: Nullable,
        /// Whether it has a value where there is no such column.
        is_default: bool,
        /// What the struct does with it.
        usage: Use,
        /// What to say if there is no such column.
        missing: &'static str,
        /// Whether the struct does not fit its own table here, which is told there.
        told: bool,
    },
    /// It is a struct whose fields are columns.
    Flatten(&'static [Field]),
}

/// What a struct does with a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// It reads and writes it.
    All,
    /// It reads it and leaves writing to the database.
    ReadOnly,
}

/// A column that fields are held against.
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// The storage classes it may have.
    pub classes: Classes,
    /// Whether a field must, may or must not have a value for NULL.
    pub null: Nullable,
    /// What to say to a field of another type.
    pub mismatch: &'static str,
    /// What to say to a field without a value for NULL.
    pub nullable: &'static str,
    /// What to say to a field that has one for nothing.
    pub never_null: &'static str,
    /// What to say if another column has the same name.
    pub twice: &'static str,
}

/// A column of these storage classes, with what to say to a field of another type. Of NULL nothing is said.
pub const fn column(name: &'static str, classes: u8, mismatch: &'static str) -> Column {
    let (classes, null) = (of_bits(classes), Nullable::Either);
    Column { name, classes, null, mismatch, nullable: "", never_null: "", twice: "" }
}

impl Column {
    /// It may be NULL, and this is what to say to a field without a value for it.
    pub const fn nullable(self, nullable: &'static str) -> Column {
        Column { null: Nullable::Yes, nullable, ..self }
    }

    /// It is never NULL, and this is what to say to a field that has a value for it.
    pub const fn never_null(self, never_null: &'static str) -> Column {
        Column { null: Nullable::No, never_null, ..self }
    }

    /// Another column has its name, and this is what to say to the field of that name.
    pub const fn twice(self, twice: &'static str) -> Column {
        Column { twice, ..self }
    }
}

/// Storage classes by their bits: whole numbers, fractions, texts and bytes.
pub(super) const fn of_bits(bits: u8) -> Classes {
    let all = [Classes::INTEGER, Classes::REAL, Classes::TEXT, Classes::BLOB];
    let (mut classes, mut bit) = (Classes::NONE, 0);
    while bit < all.len() {
        if bits & (1 << bit) != 0 {
            classes = classes.or(all[bit]);
        }
        bit += 1;
    }
    classes
}

/// A table as far as writing to it goes.
pub struct Target {
    /// The attached database that it is in, or `temp`; empty for the database that is migrated.
    pub database: &'static str,
    /// Its name.
    pub name: &'static str,
    /// The columns that the database computes.
    pub generated: &'static [&'static str],
    /// The columns of the primary key.
    pub key: &'static [&'static str],
    /// The columns that must be given, each with what to say if it is not.
    pub required: &'static [(&'static str, &'static str)],
    /// The columns by which an upsert finds its row.
    pub conflict: &'static [&'static str],
    /// Those of them that an upsert must give beside `required`, each with what to say if it does not.
    pub required_to_upsert: &'static [(&'static str, &'static str)],
}

impl Target {
    const fn is_generated(&self, name: &str) -> bool {
        contains(self.generated, name)
    }

    const fn is_key(&self, name: &str) -> bool {
        contains(self.key, name)
    }

    /// Whether an INSERT gives the column.
    pub const fn inserts(&self, name: &str, usage: Use) -> bool {
        matches!(usage, Use::All) && !self.is_generated(name)
    }

    /// Whether an UPDATE sets the column.
    pub const fn sets(&self, name: &str, usage: Use) -> bool {
        self.inserts(name, usage) && !self.is_key(name)
    }

    /// Whether an upsert sets the column in a row that is there: it leaves the row its key.
    pub(super) const fn overwrites(&self, name: &str, usage: Use) -> bool {
        self.sets(name, usage) && !contains(self.conflict, name)
    }
}

pub(super) const fn contains(names: &[&str], name: &str) -> bool {
    let mut index = 0;
    while index < names.len() {
        if names[index].eq_ignore_ascii_case(name) {
            return true;
        }
        index += 1;
    }
    false
}

/// Stops the compiler with what is wrong, at the place of the call.
#[track_caller]
#[expect(clippy::panic, reason = "it is the compiler that panics")]
pub const fn refuse(wrong: Option<&str>) {
    if let Some(wrong) = wrong {
        panic!("{}", wrong);
    }
}

/// What is wrong with a type that stands for these classes and has this for NULL, where it is to hold a column's values.
pub const fn check_value(classes: Classes, null: Nullable, column: &Column) -> Option<&'static str> {
    if !classes.meets(column.classes) && !column.classes.is_none() {
        return Some(column.mismatch);
    }
    match (null, column.null) {
        (Nullable::No, Nullable::Yes) => Some(column.nullable),
        (Nullable::Yes, Nullable::No) => Some(column.never_null),
        _ => None,
    }
}

/// What is wrong with the first field that is none of the columns or cannot hold its values.
pub const fn check(fields: &[Field], columns: &[Column]) -> Option<&'static str> {
    let mut index = 0;
    while index < fields.len() {
        let wrong = match &fields[index] {
            Field::Flatten(fields) => check(fields, columns),
            Field::Column { told: true, .. } => None,
            Field::Column { name, classes, null, is_default, missing, .. } => {
                let mut at = 0;
                while at < columns.len() && !columns[at].name.eq_ignore_ascii_case(name) {
                    at += 1;
                }
                if at == columns.len() {
                    if *is_default { None } else { Some(*missing) }
                } else if is_named(columns, at + 1, name) {
                    Some(columns[at].twice)
                } else {
                    check_value(*classes, *null, &columns[at])
                }
            }
        };
        if wrong.is_some() {
            return wrong;
        }
        index += 1;
    }
    None
}

/// Whether a column from this one on has the name.
const fn is_named(columns: &[Column], from: usize, name: &str) -> bool {
    let mut at = from;
    while at < columns.len() {
        if columns[at].name.eq_ignore_ascii_case(name) {
            return true;
        }
        at += 1;
    }
    false
}
