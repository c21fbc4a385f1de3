//! What goes to `tracing`, with the feature of that name; nothing without it.
#![cfg_attr(not(feature = "tracing"), allow(unused_variables))]

use crate::error::Error;
use crate::event::Event;

/// What happens in a run: an attempt that is followed by another is the louder, the more there were.
pub(crate) fn event(event: &Event<'_>) {
    #[cfg(feature = "tracing")]
    match event {
        Event::Waiting { attempt, waited } => {
            let waited_ms = millis(*waited);
            match attempt {
                ..=3 => tracing::debug!(attempt, waited_ms, "database not ready to migrate, trying again"),
                4..=7 => tracing::info!(attempt, waited_ms, "database not ready to migrate, trying again"),
                _ => tracing::warn!(attempt, waited_ms, "database not ready to migrate, trying again"),
            }
        }
        Event::Started { migrations } => {
            tracing::debug!(migrations = migrations.len(), "migrations are sent")
        }
        Event::InDoubt { failure } => {
            tracing::warn!(%failure, "no answer to the migrations, sending them again");
        }
        Event::Overtaken => tracing::debug!("another one was faster, reading again"),
        Event::Done { report } => tracing::info!(
            applied = report.applied.len(),
            duration_ms = millis(report.duration),
            lost = report.lost,
            in_doubt = report.in_doubt,
            "database is up to date"
        ),
        Event::Compared { same, of } => tracing::info!(same, of, "nodes compared"),
    }
}

/// A run that ended in an error.
pub(crate) fn failed(error: &Error) {
    #[cfg(feature = "tracing")]
    tracing::error!(%error, "database could not be migrated");
}

#[cfg(feature = "tracing")]
fn millis(duration: std::time::Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}
