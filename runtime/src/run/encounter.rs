//! A run as far as a hook, for whoever wants to see what the hook meets. It is rolled back.

use rusqlite::{Connection, Transaction};

use super::exclusive::{Exclusive, Lock};
use super::{hook, statement};
use crate::error::{Error, Result};
use crate::history::Migrations;
use crate::ledger;
use crate::settings::Settings;

/// Where to look.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Moment {
    /// Between the statements of the migration at this index and its hook.
    Hook(usize),
    /// Before the migration at this index.
    Before(usize),
}

/// What is to be done there, with the call of the hook.
pub(crate) type There<'t> = &'t dyn Fn(&Transaction<'_>, &dyn Fn() -> Result<()>) -> Result<()>;

/// Runs the migrations behind the first `ran` that the database has, with their hooks, and stops at this moment.
///
/// # Errors
/// The first that fails.
pub(crate) fn up_to(
    migrations: &Migrations,
    ran: usize,
    moment: Moment,
    conn: &Connection,
    there: There<'_>,
) -> Result<()> {
    let (list, ledger) = (migrations.list(), migrations.ledger());
    let settings = Settings::prepare(conn).map_err(Error::sqlite("prepare the connection"))?;
    let Some(exclusive) = Exclusive::begin(conn, Lock::Exclusive)? else { return Ok(()) };
    let transaction = exclusive.transaction();
    if ran == 0 {
        ledger::create(transaction, ledger).map_err(Error::sqlite("make the ledger"))?;
    }
    let (Moment::Hook(index) | Moment::Before(index)) = moment;
    for migration in list.part(ran..index).iter() {
        let call = || hook::run(migration, ledger, transaction);
        statement::all(migration, transaction, &settings, &call)?;
    }
    match (moment, list.get(index)) {
        (Moment::Hook(_), Some(migration)) => {
            let call = || hook::run(migration, ledger, transaction);
            statement::all(migration, transaction, &settings, &|| there(transaction, &call))
        }
        _ => there(transaction, &|| Ok(())),
    }
}
