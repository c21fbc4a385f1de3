//! Stands in for functions and collations of the application where only its schema matters.

use std::sync::atomic::{AtomicU32, Ordering};

use onward_core::packed::{Function, FunctionKind};
use rusqlite::functions::{Aggregate, Context, FunctionFlags, WindowAggregate};
use rusqlite::types::Value;
use rusqlite::{Connection, Result};

/// Registers a function of the application: it gives back its first argument, and a text of its own if it has none. An
/// aggregate gives NULL.
///
/// ```
/// use onward_core::packed::{Function, FunctionKind};
/// use onward_schema::stub::{collation, function};
///
/// # fn main() -> rusqlite::Result<()> {
/// let conn = rusqlite::Connection::open_in_memory()?;
/// function(&conn, Function { name: "slug", arguments: 1, deterministic: true, kind: FunctionKind::Scalar })?;
/// collation(&conn, "by_number")?;
/// conn.execute_batch("CREATE TABLE t(a COLLATE by_number); CREATE INDEX by_slug ON t(slug(a))")?;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// If SQLite does not take the name or the number of arguments.
pub fn function(conn: &Connection, function: Function<'_>) -> Result<()> {
    let mut flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_INNOCUOUS;
    flags.set(FunctionFlags::SQLITE_DETERMINISTIC, function.deterministic);
    match function.kind {
        FunctionKind::Scalar => {}
        FunctionKind::Aggregate => {
            return conn.create_aggregate_function(function.name, function.arguments, flags, Rows);
        }
        FunctionKind::Window => {
            return conn.create_window_function(function.name, function.arguments, flags, Rows);
        }
    }
    let (name, calls, deterministic) = (function.name.to_owned(), AtomicU32::new(0), function.deterministic);
    conn.create_scalar_function(function.name, function.arguments, flags, move |context| {
        if !context.is_empty() {
            return context.get(0);
        }
        let call = if deterministic { 0 } else { calls.fetch_add(1, Ordering::Relaxed) };
        Ok(Value::Text(format!("{name}-{call}")))
    })
}

/// Rows of which nothing is calculated.
struct Rows;

impl Aggregate<(), Option<i64>> for Rows {
    fn init(&self, _: &mut Context<'_>) -> Result<()> {
        Ok(())
    }

    fn step(&self, _: &mut Context<'_>, (): &mut ()) -> Result<()> {
        Ok(())
    }

    fn finalize(&self, _: &mut Context<'_>, _: Option<()>) -> Result<Option<i64>> {
        Ok(None)
    }
}

impl WindowAggregate<(), Option<i64>> for Rows {
    fn value(&self, _: Option<&mut ()>) -> Result<Option<i64>> {
        Ok(None)
    }

    fn inverse(&self, _: &mut Context<'_>, (): &mut ()) -> Result<()> {
        Ok(())
    }
}

/// Registers a collation of the application: it compares bytes.
///
/// # Errors
/// If SQLite does not take the name.
pub fn collation(conn: &Connection, name: &str) -> Result<()> {
    conn.create_collation(name, |a: &str, b: &str| a.cmp(b))
}
