//! Notices the calls of functions whose value is another one at another time or place.
//!
//! SQLite's authorizer hears of a function when a statement that names it is prepared: neither of those in a column's
//! DEFAULT, nor with which arguments `datetime` is called, nor whether a statement that names `random` has a row to call
//! it for. So each of these functions is replaced by one that takes note and asks SQLite's own, in another database.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::functions::{Aggregate, Context, FunctionFlags, WindowAggregate};
use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, Result};

use crate::config::{Config, FunctionKind};
use crate::sqlite::sandbox::Sandbox;
use crate::sqlite::volatile::TIMES;

/// Another value at every call, or with every version of SQLite.
const ALWAYS: &[&str] = &[
    "random",
    "randomblob",
    "current_date",
    "current_time",
    "current_timestamp",
    "sqlite_version",
    "sqlite_source_id",
];

/// What has been called.
pub(super) struct Moment {
    seen: Arc<Mutex<BTreeSet<String>>>,
}

impl Moment {
    /// Takes the place of the functions.
    pub(super) fn watch(sandbox: &Sandbox, config: &Config) -> Result<Moment> {
        let moment = Moment { seen: Arc::default() };
        let plain = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_INNOCUOUS;
        let deterministic = plain | FunctionFlags::SQLITE_DETERMINISTIC;
        for &name in ALWAYS {
            moment.replace(sandbox, name, -1, plain, |_| true)?;
        }
        for &(name, before) in TIMES {
            moment.replace(sandbox, name, -1, deterministic, move |arguments| is_now(arguments, before))?;
        }
        for function in &config.functions {
            let seen = Arc::clone(&moment.seen);
            let name = function.name.to_ascii_lowercase();
            let flags = if function.deterministic { deterministic } else { plain };
            let (conn, called) = (sandbox.conn(), function.name.as_str());
            let arguments = function.arguments.unwrap_or(-1);
            match function.kind {
                FunctionKind::Scalar => conn.create_scalar_function(called, arguments, flags, move |_| {
                    note(&seen, &name);
                    Ok(name.clone())
                })?,
                FunctionKind::Aggregate => {
                    conn.create_aggregate_function(called, arguments, flags, Rows { seen, name })?;
                }
                FunctionKind::Window => {
                    conn.create_window_function(called, arguments, flags, Rows { seen, name })?;
                }
            }
        }
        for collation in &config.collations {
            let (seen, name) = (Arc::clone(&moment.seen), collation.to_ascii_lowercase());
            sandbox.conn().create_collation(collation.as_str(), move |a: &str, b: &str| {
                note(&seen, &name);
                a.cmp(b)
            })?;
        }
        Ok(moment)
    }

    /// The names of what has been called since the last time this was asked, in lower case.
    pub(super) fn seen(&self) -> BTreeSet<String> {
        std::mem::take(&mut self.seen.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn replace(
        &self,
        sandbox: &Sandbox,
        name: &'static str,
        arguments: i32,
        flags: FunctionFlags,
        is_another: impl Fn(&[Value]) -> bool + Send + 'static,
    ) -> Result<()> {
        let (seen, original) = (Arc::clone(&self.seen), Connection::open_in_memory()?);
        sandbox.conn().create_scalar_function(name, arguments, flags, move |context| {
            let arguments = values(context)?;
            if is_another(&arguments) {
                note(&seen, name);
            }
            let marks = vec!["?"; arguments.len()].join(", ");
            let call =
                if name.starts_with("current_") { name.to_owned() } else { format!("{name}({marks})") };
            let mut query = original.prepare(&format!("SELECT {call}"))?;
            query.query_row(rusqlite::params_from_iter(arguments), |row| row.get::<_, Value>(0))
        })
    }
}

/// What calculates something from several rows.
struct Rows {
    seen: Arc<Mutex<BTreeSet<String>>>,
    name: String,
}

impl Aggregate<(), String> for Rows {
    fn init(&self, _: &mut Context<'_>) -> Result<()> {
        Ok(())
    }

    fn step(&self, _: &mut Context<'_>, (): &mut ()) -> Result<()> {
        Ok(())
    }

    fn finalize(&self, _: &mut Context<'_>, _: Option<()>) -> Result<String> {
        note(&self.seen, &self.name);
        Ok(self.name.clone())
    }
}

impl WindowAggregate<(), String> for Rows {
    fn value(&self, _: Option<&mut ()>) -> Result<String> {
        note(&self.seen, &self.name);
        Ok(self.name.clone())
    }

    fn inverse(&self, _: &mut Context<'_>, (): &mut ()) -> Result<()> {
        Ok(())
    }
}

fn note(seen: &Mutex<BTreeSet<String>>, name: &str) {
    seen.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned());
}

fn values(context: &Context<'_>) -> Result<Vec<Value>> {
    (0..context.len()).map(|index| context.get(index)).collect()
}

/// Whether a function of date and time looks at the clock, or at where on Earth it is.
fn is_now(arguments: &[Value], before: usize) -> bool {
    let is = |argument: &Value, words: &[&str]| {
        matches!(ValueRef::from(argument), ValueRef::Text(text)
            if words.iter().any(|word| text.eq_ignore_ascii_case(word.as_bytes())))
    };
    match arguments.get(before) {
        None => true,
        Some(time) if is(time, &["subsec", "subsecond"]) => true,
        Some(_) => arguments.iter().any(|argument| is(argument, &["now", "localtime", "utc"])),
    }
}
