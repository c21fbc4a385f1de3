//! What becomes of a released statement.

use crate::analysis::Analysis;
use crate::application::{Refused, tables};
use crate::diagnostic::Severity;

/// That a statement is not what it was.
pub(super) struct Change {
    /// An error if it fails, a warning if it may, or means something else.
    pub(super) severity: Severity,
    /// What has come of it.
    pub(super) message: String,
    /// The tables and views that it is about.
    pub(super) about: Vec<String>,
    /// Whether its columns or SQLite's refusal show since when.
    pub(super) shows: bool,
    /// Whether it is about what rows may hold.
    pub(super) narrows: bool,
}

impl Change {
    /// SQLite takes it no longer, or can never run it.
    pub(super) fn refused(refused: &Refused, now: &Analysis, sql: &str) -> Change {
        let message = format!("fails: {}", refused.diagnostic.message);
        Change { shows: true, ..Change::of(Severity::Error, message, named(now, sql)) }
    }

    pub(super) fn of(severity: Severity, message: String, about: Vec<String>) -> Change {
        Change { severity, message, about, shows: false, narrows: false }
    }
}

/// The tables and views that a statement names.
pub(super) fn named(analysis: &Analysis, sql: &str) -> Vec<String> {
    let Some(replay) = &analysis.replay else { return Vec::new() };
    tables(&replay.known, sql).into_iter().map(|(name, _)| name).collect()
}
