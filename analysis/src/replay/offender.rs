//! Which of several rows makes a statement fail, where the message does not say.

use onward_core::name::quoted;
use rusqlite::types::Value;
use rusqlite::{OptionalExtension, Result};

use super::contents::Contents;
use super::step::Step;
use crate::sqlite::message::Refusal;
use crate::sqlite::sandbox::Sandbox;

/// So many rows are tried one by one.
const MOST: usize = 20;

/// The first row of a table with which alone the statement fails in the same way.
pub(super) fn find<'c>(
    sandbox: &Sandbox,
    sql: &str,
    step: Step,
    refusal: &Refusal,
    table: &str,
    contents: &'c Contents,
) -> Result<Option<&'c Vec<Value>>> {
    if contents.rows.len() < 2 || gives_up(sandbox, sql)? {
        return Ok(None);
    }
    let delete = format!("DELETE FROM main.{} WHERE _rowid_ <> ?1", quoted(table));
    for row in contents.rows.iter().take(MOST) {
        if row[0] == Value::Null {
            return Ok(None);
        }
        sandbox.conn().execute_batch("SAVEPOINT alone")?;
        let deleted = sandbox.without_triggers(|| sandbox.write(&delete, &row[..1]));
        let outcome = deleted.and_then(|_| sandbox.run(sql, step.strings));
        sandbox.conn().execute_batch("ROLLBACK TO alone; RELEASE alone")?;
        if outcome.is_err_and(|error| Refusal::from(error).message == refusal.message) {
            return Ok(Some(row));
        }
    }
    Ok(None)
}

/// Whether a failure may give up the whole transaction, so that nothing can be tried.
pub(super) fn gives_up(sandbox: &Sandbox, sql: &str) -> Result<bool> {
    let found = "SELECT 1 FROM main.sqlite_schema WHERE sql LIKE '%rollback%' LIMIT 1";
    let is_in_schema = sandbox.conn().query_row(found, [], |_| Ok(())).optional()?.is_some();
    Ok(is_in_schema || sql.to_ascii_lowercase().contains("rollback"))
}
