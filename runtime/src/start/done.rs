//! What a run did, and the report of it.

use std::time::Duration;

use super::wait::Wait;
use crate::history::{Migration, Migrations};
use crate::report::{Applied, Report};
use crate::run::{Kept, Ran};

/// What a run did, and what is told with it.
pub(super) struct Done<'m> {
    pub(super) ran: Ran<'m>,
    pub(super) journal_mode: String,
    pub(super) backup: Option<Box<dyn Kept>>,
}

impl Done<'_> {
    pub(super) fn nothing(total: usize, newer: usize, journal_mode: String) -> Self {
        Done { ran: Ran { total, newer, ..Ran::default() }, journal_mode, backup: None }
    }
}

pub(super) fn report(migrations: &Migrations, done: Done<'_>, wait: &Wait<'_>) -> Report {
    let Done { ran, journal_mode, backup } = done;
    let newest = ran.total.checked_sub(1).map(|last| migrations.list().at(last));
    Report {
        applied: ran.list.into_iter().map(applied).collect(),
        reverted: ran.reverted.into_iter().map(applied).collect(),
        total: ran.total,
        newer: ran.newer,
        adopted: ran.adopted,
        newest: newest.map(|newest| (newest.label().to_owned(), newest.name().to_owned())),
        waited: wait.waited(),
        attempts: wait.attempts,
        retries: wait.retries,
        duration: wait.duration(),
        journal_mode,
        sqlite_version: rusqlite::version(),
        backup: backup.map(|kept| kept.path().to_owned()),
        recreated: None,
    }
}

pub(super) fn applied((migration, duration): (Migration<'_>, Duration)) -> Applied {
    let (label, name) = (migration.label().to_owned(), migration.name().to_owned());
    Applied { version: migration.version(), label, name, duration }
}
