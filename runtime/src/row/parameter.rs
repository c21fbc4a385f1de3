//! What a parameter can have for its value, and what the compiler says of the others.

use rusqlite::types::ToSql;

/// A value that a parameter can have: whatever rusqlite can bind.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the value of a parameter",
    label = "rusqlite cannot bind it",
    note = "a list goes into `IN (:ids...)` or `IN (?...)`",
    note = "a type of your own needs rusqlite's `ToSql`"
)]
pub trait Parameter: ToSql {}

#[diagnostic::do_not_recommend]
impl<T: ToSql + ?Sized> Parameter for T {}
