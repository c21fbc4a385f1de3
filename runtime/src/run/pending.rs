//! What a run has to do, by the ledger.

use rusqlite::Connection;

use super::context::Context;
use super::goal::Goal;
use super::options::Adopting;
use super::{hook, shadow};
use crate::error::{Error, ErrorKind, Result};
use crate::history::{List, Migrations};
use crate::ledger;

/// What a ledger says.
pub(crate) struct Pending<'m> {
    /// What is to run, or to be taken back.
    pub(crate) list: List<'m>,
    /// How many have run.
    pub(crate) ran: usize,
    /// How many have run that the program does not have, and that it works with.
    pub(crate) newer: usize,
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
    let (rest, newer) = match ledger::pending(list, &rows, context.migrations.ledger()) {
        Ok(rest) => (rest, 0),
        Err(refused) => (list.part(list.len()..list.len()), newer(context, goal, conn, refused)?),
    };
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
    Ok(Pending { list, ran, newer, is_new, is_empty, adopt })
}

/// How many migrations a database has had that the program does not have, if it may go on all the same.
fn newer(context: Context<'_>, goal: Goal, conn: &Connection, refused: Error) -> Result<usize> {
    let (ErrorKind::Newer { conflicts, .. }, Goal::Up(_), Some(accept_newer)) =
        (refused.kind(), goal, context.options.accept_newer)
    else {
        return Err(refused);
    };
    match accept_newer(context.migrations, conn)? {
        None => Ok(conflicts.len()),
        why => Err(refused.map(|kind| match kind {
            ErrorKind::Newer { known, label, conflicts, .. } => {
                ErrorKind::Newer { known, label, conflicts, accept: why }
            }
            other => other,
        })),
    }
}

impl Pending<'_> {
    /// Refuses to run forward past a hook that is not here. What runs on a database that is adopted is not known yet.
    pub(crate) fn hooks_are_here(&self, goal: Goal) -> Result<()> {
        match (goal, self.adopt) {
            (Goal::Up(_), None) => hook::here(self.list),
            _ => Ok(()),
        }
    }

    /// Refuses a connection with temporary objects that the statements would mean.
    pub(crate) fn unshadowed(&self, migrations: &Migrations, conn: &Connection) -> Result<()> {
        // What runs on a database that is adopted is not known yet.
        let list = if self.adopt.is_some() { migrations.list() } else { self.list };
        let objects =
            shadow::find(conn, migrations, list).map_err(Error::sqlite("look at the connection"))?;
        if objects.is_empty() { Ok(()) } else { Err(ErrorKind::Shadowed { objects }.into()) }
    }
}
