//! Whether a column takes what a statement gives it: SQLite is asked, in the database at the end of the history.

use onward_core::name::{Ident, quoted};
use onward_schema::{Column, Table};
use rusqlite::ErrorCode;

use crate::query::write::{Conflict, Given};
use crate::sqlite::sandbox::Sandbox;

/// [`SQLITE_CONSTRAINT_NOTNULL`](https://www.sqlite.org/rescode.html#constraint_notnull)
const NOT_NULL: i32 = 1299;
/// [`SQLITE_CONSTRAINT_DATATYPE`](https://www.sqlite.org/rescode.html#constraint_datatype)
const DATATYPE: i32 = 3091;

/// What is wrong with a value, by SQLite's word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refused {
    /// The column is NOT NULL.
    Null,
    /// It is NOT NULL ON CONFLICT IGNORE: the row is left out without a word.
    Ignored,
    /// It takes NULL, and onward.toml says that no row has one.
    Vouched,
    /// The rowid is a whole number, and a STRICT table has types.
    Type,
}

/// Puts a row into the table in which this column alone is out of the ordinary, says why SQLite refuses the column, and takes
/// the row back. `given` is what the column gets as SQL; `None` leaves it out.
///
/// SQLite looks at NULL in all columns, and at the types, before anything else of a row: other constraints are not reached.
pub(super) fn attempt(
    sandbox: &Sandbox,
    table: &Table,
    column: &Column,
    given: Option<&str>,
    conflict: Option<Conflict>,
) -> Option<Refused> {
    let clause = match (conflict, given) {
        (None, _) => "",
        (Some(Conflict::Replace), _) => "OR REPLACE ",
        // IGNORE passes over NULL, and the row with it; a type it does not pass over.
        (Some(Conflict::Ignore), Some(value)) if value != NULL => "OR IGNORE ",
        (Some(Conflict::Error | Conflict::Ignore), _) => "OR ABORT ",
    };
    let mut names = Vec::new();
    let mut values = Vec::new();
    // The rowid may be no column that the table shows.
    let hidden = table.column(&column.name).is_none().then_some(column);
    let columns = table.columns.iter().chain(hidden);
    for other in columns.filter(|other| other.generated.is_none()) {
        let value = match other.name == column.name {
            true => given,
            false => Some(ordinary(table, other)),
        };
        if let Some(value) = value {
            names.push(quoted(&other.name));
            values.push(value);
        }
    }
    let table_name = quoted(&table.name);
    let sql = match names.is_empty() {
        true => format!("INSERT {clause}INTO main.{table_name} DEFAULT VALUES"),
        false => format!(
            "INSERT {clause}INTO main.{table_name}({}) VALUES ({})",
            names.join(", "),
            values.join(", ")
        ),
    };
    let run = |before: &str| {
        let conn = sandbox.conn();
        conn.execute_batch("SAVEPOINT attempt").ok()?;
        let outcome = sandbox.without_triggers(|| {
            conn.execute_batch(before)?;
            sandbox.write(&sql, &[])
        });
        conn.execute_batch("ROLLBACK TO attempt; RELEASE attempt").ok()?;
        Some(outcome)
    };
    let outcome = run("")?;
    if let (Ok(0), None) = (&outcome, conflict) {
        // Not for a row that is there: and by the word of ABORT it is this column.
        let is_left_out = run(&format!("DELETE FROM main.{table_name}"))?.is_ok_and(|written| written == 0);
        let refused = attempt(sandbox, table, column, given, Some(Conflict::Error));
        return (is_left_out && refused == Some(Refused::Null)).then_some(Refused::Ignored);
    }
    match outcome.err()? {
        rusqlite::Error::SqliteFailure(failure, message) => {
            let is_of_column =
                message.unwrap_or_default().ends_with(&format!("{}.{}", table.name, column.name));
            match failure {
                failure if failure.extended_code == NOT_NULL && is_of_column => Some(Refused::Null),
                failure if failure.extended_code == DATATYPE && is_of_column => Some(Refused::Type),
                // Every other column has a number.
                failure if failure.code == ErrorCode::TypeMismatch => Some(Refused::Type),
                _ => None,
            }
        }
        _ => None,
    }
}

pub(super) const NULL: &str = "NULL";

/// A value that the column takes, as far as NULL and types go.
fn ordinary(table: &Table, column: &Column) -> &'static str {
    let is_blob = table.strict && Ident(&column.declared_type) == "blob";
    if is_blob { "x'01'" } else { "1" }
}

/// As SQL, what is certain of a value.
pub(super) fn certain(given: &Given) -> Option<&str> {
    match given {
        Given::Null => Some(NULL),
        Given::Literal(text) => Some(text),
        Given::Parameter(_) | Given::Other => None,
    }
}
