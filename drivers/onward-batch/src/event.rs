//! What is told of a run while it runs.

use std::time::Duration;

use onward::Migration;

use crate::engine::Failure;
use crate::report::Report;

/// What happens in a run, told as it happens.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Event<'e> {
    /// Nobody answers, there is no leader, or others are faster. Told before every sleep.
    Waiting {
        /// Which attempt this is, from one.
        attempt: u32,
        /// How long this has waited up to now.
        waited: Duration,
    },
    /// These are pending, have run in memory, and are sent as one request.
    Started {
        /// The migrations, in order.
        migrations: &'e [Migration<'e>],
    },
    /// No answer came to the request, so that nobody knows whether it has run. The same is sent again.
    InDoubt {
        /// What came, or did not.
        failure: &'e Failure,
    },
    /// Another one was faster, and the request was refused: this reads again.
    Overtaken,
    /// The database is up to date, and committed.
    Done {
        /// What was done.
        report: &'e Report,
    },
    /// The nodes of a cluster were asked for what they have.
    Compared {
        /// How many have the same as the cluster.
        same: usize,
        /// How many there are.
        of: usize,
    },
}
