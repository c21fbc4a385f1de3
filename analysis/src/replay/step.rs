//! One execution of a statement, and what all of them start from.

use rusqlite::Result;

use crate::folder::history::{At, History};
use crate::sqlite::message::Refusal;
use crate::sqlite::sandbox::Sandbox;

/// One execution: a statement, and whether double quotes were read as strings where no such name existed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Step {
    pub(crate) at: At,
    pub(crate) strings: bool,
}

/// What is to be proven: the steps, and the database that they start from.
pub(super) struct Base<'h> {
    pub(super) history: &'h History,
    pub(super) steps: &'h [Step],
    /// What the locked migrations leave, if there are any.
    pub(super) locked: Option<Sandbox>,
}

impl Base<'_> {
    pub(super) fn sandbox(&self) -> Result<Sandbox> {
        match &self.locked {
            Some(locked) => locked.copy(&self.history.config),
            None => Sandbox::open(&self.history.config),
        }
    }
}

/// Whether SQLite takes a statement if what it creates has another name: whether its own is taken is not asked.
pub(super) fn prepare_renamed(
    history: &History,
    sandbox: &Sandbox,
    at: At,
) -> std::result::Result<(), Refusal> {
    let (sql, renamed) = (history.sql(at), history.renamed(at));
    sandbox.prepare(&renamed, false).map_err(|error| {
        let refusal = Refusal::from(error);
        let offset = refusal.offset.map(|offset| (offset + sql.len()).saturating_sub(renamed.len()));
        Refusal { offset, ..refusal }
    })
}
