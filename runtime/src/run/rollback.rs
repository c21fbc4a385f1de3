//! The rollback of a run that failed, and which rows were in its way.

use onward_schema::Schema;
use rusqlite::{Connection, ErrorCode};

use super::exclusive::Exclusive;
use crate::error::{Error, ErrorKind, message};

/// Rolls back because of this error, which then says where to look on the database as it is again.
pub(crate) fn rolled_back(exclusive: Exclusive<'_>, error: Error, conn: &Connection) -> Error {
    let queries = offending(&error, conn);
    with_query(exclusive.roll_back(error), queries, conn)
}

/// Queries for the rows that break a constraint, made while the failed run is still there.
fn offending(error: &Error, conn: &Connection) -> Vec<String> {
    let ErrorKind::Statement { sql, source, .. } = error.kind() else { return Vec::new() };
    match (source.sqlite_error_code(), Schema::read(conn)) {
        (Some(ErrorCode::ConstraintViolation), Ok(schema)) => {
            onward_schema::offending(&schema, sql, &message(source))
        }
        _ => Vec::new(),
    }
}

/// Names the first of these that the database understands, now that the run is rolled back.
fn with_query(error: Error, queries: Vec<String>, conn: &Connection) -> Error {
    error.map(|mut kind| {
        if let ErrorKind::Statement { query, .. } = &mut kind {
            *query = queries.into_iter().find(|sql| conn.prepare(sql).is_ok());
        }
        kind
    })
}
