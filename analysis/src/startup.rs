//! What a program's own schema statements do to a database, such as those that a program without a migration tool runs at
//! every start.

use onward_core::statement::statements;
use onward_schema::{Fingerprint, Schema};
use rusqlite::Result;

use crate::config::Config;
use crate::sqlite::message::{Cause, Refusal};
use crate::sqlite::sandbox::Sandbox;

/// What a statement did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// It changed the schema.
    Changed,
    /// It ran, and the schema is as it was.
    Nothing,
    /// SQLite refused it because what it makes is there.
    There,
    /// SQLite refused it for something else, which it says.
    Refused(String),
}

/// A database after all statements, each of which ran whether or not those before it did.
#[derive(Debug)]
pub struct Start {
    /// One for each statement.
    pub effects: Vec<Effect>,
    /// What they left.
    pub schema: Schema,
}

/// Makes a database in memory with `setup`, and runs the statements on it one after another. `setup` stops where SQLite
/// refuses it.
///
/// ```
/// use onward_analysis::config::Config;
/// use onward_analysis::startup::{Effect, start};
///
/// let old = "CREATE TABLE jobs(id INTEGER PRIMARY KEY);";
/// let found = start(&Config::default(), old, &["CREATE INDEX archived ON jobs(archived)"])?;
/// assert_eq!(found.effects, [Effect::Refused("no such column: archived".to_owned())]);
/// # Ok::<(), rusqlite::Error>(())
/// ```
///
/// # Errors
/// If SQLite cannot make a database in memory.
pub fn start(config: &Config, setup: &str, program: &[&str]) -> Result<Start> {
    let sandbox = Sandbox::open(config)?;
    for statement in statements(setup) {
        if sandbox.run(&setup[statement.range], false).is_err() {
            break;
        }
    }
    let mut before = Fingerprint::read(sandbox.conn(), None)?;
    let mut effects = Vec::new();
    for sql in program {
        let outcome = sandbox.run(sql, true);
        let after = Fingerprint::read(sandbox.conn(), None)?;
        effects.push(match outcome {
            Ok(()) if after == before => Effect::Nothing,
            Ok(()) => Effect::Changed,
            Err(error) => refused(Refusal::from(error)),
        });
        before = after;
    }
    Ok(Start { effects, schema: sandbox.schema()? })
}

fn refused(refusal: Refusal) -> Effect {
    match refusal.cause {
        Cause::Exists(_) | Cause::ColumnExists(_) => Effect::There,
        _ => Effect::Refused(refusal.message),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_that_has_it_already_and_one_that_lacks_it() {
        let program =
            ["CREATE TABLE IF NOT EXISTS t(a)", "ALTER TABLE t ADD COLUMN b", "CREATE INDEX i ON t(b)"];
        let effects = |setup: &str| start(&Config::default(), setup, &program).unwrap().effects;
        assert_eq!(effects(""), [Effect::Changed, Effect::Changed, Effect::Changed]);
        assert_eq!(
            effects("CREATE TABLE t(a, b); CREATE INDEX i ON t(b)"),
            [Effect::Nothing, Effect::There, Effect::There]
        );
        let view = effects("CREATE VIEW t AS SELECT 1 AS a");
        assert!(
            matches!(view[..], [Effect::There | Effect::Nothing, Effect::Refused(_), Effect::Refused(_)]),
            "{view:?}"
        );
    }
}
