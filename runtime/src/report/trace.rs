//! What goes to `tracing`, with the feature of that name; nothing without it.
#![cfg_attr(not(feature = "tracing"), allow(unused_variables))]

use std::path::Path;
use std::time::Duration;

use super::outcome::{Recreated, Report};
use crate::error::Error;
#[cfg(feature = "tracing")]
use crate::error::ErrorKind;

/// An attempt that did not get the lock and is followed by another: the more there were, the louder.
pub(crate) fn attempt(attempt: u32, waited: Duration, error: &Error) {
    #[cfg(feature = "tracing")]
    {
        let waited_ms = millis(waited);
        match attempt {
            ..=3 => {
                tracing::debug!(attempt, waited_ms, %error, "database not ready to migrate, trying again")
            }
            4..=7 => {
                tracing::info!(attempt, waited_ms, %error, "database not ready to migrate, trying again")
            }
            _ => tracing::warn!(attempt, waited_ms, %error, "database not ready to migrate, trying again"),
        }
    }
}

/// A database that could not be migrated and is another one now.
pub(crate) fn recreated(path: &Path, recreated: &Recreated) {
    #[cfg(feature = "tracing")]
    tracing::warn!(
        path = %path.display(),
        moved_to = %recreated.moved_to.display(),
        reason = recreated.reason,
        "database could not be migrated and is made anew"
    );
}

/// Old copies that were to go when this one was made.
pub(crate) fn not_removed(copy: &Path, error: &std::io::Error) {
    #[cfg(feature = "tracing")]
    tracing::warn!(copy = %copy.display(), %error, "older copies of the database could not be removed");
}

/// The end of a run, one way or the other.
pub(crate) fn end(outcome: Result<&Report, &Error>) {
    #[cfg(feature = "tracing")]
    match outcome {
        Ok(report) => tracing::info!(
            applied = report.applied.len(),
            duration_ms = millis(report.duration),
            waited_ms = millis(report.waited),
            attempts = report.attempts,
            retries = report.retries,
            journal_mode = report.journal_mode,
            sqlite_version = report.sqlite_version,
            "database is up to date"
        ),
        Err(error) => match error.kind() {
            ErrorKind::Locked { attempts, waited, tries, .. } => {
                tracing::error!(attempts, tries, waited_ms = millis(*waited), %error, "database stayed locked");
            }
            _ => tracing::error!(%error, "database could not be migrated"),
        },
    }
}

#[cfg(feature = "tracing")]
fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}
