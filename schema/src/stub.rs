//! Stands in for functions and collations of the application where only its schema matters.

use std::sync::atomic::{AtomicU32, Ordering};

use onward_core::packed::{Function, FunctionKind};
#[cfg(feature = "bundled")]
use rusqlite::functions::WindowAggregate;
use rusqlite::functions::{Aggregate, Context, FunctionFlags};
use rusqlite::types::Value;
use rusqlite::{Connection, Result};

/// Registers a function of the application: it gives back its first argument, and a text of its own if it has none. An
/// aggregate gives NULL, and can have `OVER` if it is one for windows and the feature `bundled` is on.
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
    if function.kind != FunctionKind::Scalar {
        return of_rows(conn, function, flags);
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

/// Registers one that is calculated from several rows.
fn of_rows(
    conn: &Connection,
    Function { name, arguments, kind, .. }: Function<'_>,
    flags: FunctionFlags,
) -> Result<()> {
    match kind {
        // Of the system's SQLite the oldest rusqlite does not know it.
        #[cfg(feature = "bundled")]
        FunctionKind::Window => conn.create_window_function(name, arguments, flags, Rows),
        _ => conn.create_aggregate_function(name, arguments, flags, Rows),
    }
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

#[cfg(feature = "bundled")]
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
