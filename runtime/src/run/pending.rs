//! What a run has to do, by the ledger.

use rusqlite::Connection;

use super::context::Context;
use super::goal::Goal;
use super::options::Adopting;
use super::shadow;
use crate::error::{Error, ErrorKind, Result};
use crate::history::{List, Migrations};
use crate::ledger;

/// What a ledger says.
pub(crate) struct Pending<'m> {
    /// What is to run, or to be taken back.
    pub(crate) list: List<'m>,
    /// How many have run.
    pub(crate) ran: usize,
    /// Whether there is no ledger.
    pub(crate) is_new: bool,
    /// Whether there is nothing at all.
    pub(crate) is_empty: bool,
    /// How the database is to be adopted, if there is something in it.
    pub(crate) adopt: Option<Adopting>,
}

pub(crate) fn pending<'m>(context: Context<'m>, goal: Goal, conn: &Connection) -> Result<Pending<'m>> {
    let reading = Error::sqlite("read the ledger");
    let rows = ledger::read(conn, context.migrations.ledger())?;
    let is_new = rows.is_none();
    let mut adopt = None;
    let rows = match rows {
        None => {
            ledger::refuse_renamed(conn, context.migrations)?;
            let tables = ledger::strangers(conn, context.migrations).map_err(&reading)?;
            if !tables.is_empty() {
                adopt = context.options.adopt.filter(|_| matches!(goal, Goal::Up(_)));
                if adopt.is_none() {
                    return Err(Error::from(ErrorKind::NoLedger { tables }).of(context.migrations.ledger()));
                }
            }
            Vec::new()
        }
        Some(rows) => rows,
    };
    let list = context.migrations.list();
    let rest = ledger::pending(list, &rows, context.migrations.ledger())?;
    let ran = list.len() - rest.len();
    let list = match goal {
        Goal::Up(goal) => rest.part(0..goal.saturating_sub(ran)),
        Goal::Back(goal) => list.part(goal.min(ran)..ran),
    };
    let is_adopted = rows.iter().any(|row| row.adopted);
    if is_adopted
        && !list.is_empty()
        && let (Goal::Up(_), Some(adopting)) = (goal, context.options.adopt)
    {
        let table = context.options.tool_table.as_deref();
        (adopting.since)(adopting.how, table, context.migrations, ran, conn)?;
    }
    let is_empty = is_new && ledger::is_empty(conn).map_err(&reading)?;
    Ok(Pending { list, ran, is_new, is_empty, adopt })
}

impl Pending<'_> {
    /// Refuses a connection with temporary objects that the statements would mean.
    pub(crate) fn unshadowed(&self, migrations: &Migrations, conn: &Connection) -> Result<()> {
        // What runs on a database that is adopted is not known yet.
        let list = if self.adopt.is_some() { migrations.list() } else { self.list };
        let objects =
            shadow::find(conn, migrations, list).map_err(Error::sqlite("look at the connection"))?;
        if objects.is_empty() { Ok(()) } else { Err(ErrorKind::Shadowed { objects }.into()) }
    }
}
