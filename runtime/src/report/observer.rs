//! Who is told about a run while it runs.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::outcome::Report;
use super::readiness::{Phase, Readiness};
use crate::history::Migration;

/// What happens in a run, told to [`Migrator::observer`](crate::Migrator::observer) as it happens.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Event<'e> {
    /// Somebody else has the lock. Told before every sleep, of which there are some forty a second.
    Waiting {
        /// Which attempt this is, from one.
        attempt: u32,
        /// How long this has waited up to now.
        waited: Duration,
    },
    /// A migration begins. The lock is held, so be quick.
    Started {
        /// The migration.
        migration: Migration<'e>,
        /// Which of those that run now, from one.
        number: usize,
        /// How many run now.
        of: usize,
    },
    /// A migration has run. It is not committed before all have.
    Finished {
        /// The migration.
        migration: Migration<'e>,
        /// Which of those that run now, from one.
        number: usize,
        /// How many run now.
        of: usize,
        /// How long it took.
        duration: Duration,
    },
    /// The database is up to date, and committed.
    Done {
        /// What was done.
        report: &'e Report,
    },
}

type Observer<'m> = Arc<dyn Fn(Event<'_>) + Send + Sync + 'm>;

/// Everybody who is told.
#[derive(Clone, Default)]
pub(crate) struct Watch<'m> {
    pub(crate) observer: Option<Observer<'m>>,
    pub(crate) readiness: Option<&'m Readiness>,
}

impl Watch<'_> {
    /// Something else than a result, a panic of the observer for one, is a failure too.
    pub(crate) fn begin(&self) -> Unfinished<'_> {
        Unfinished { watch: self, finished: false }
    }

    pub(crate) fn waiting(&self, attempt: u32, waited: Duration) {
        self.set(Phase::Waiting);
        self.tell(Event::Waiting { attempt, waited });
    }

    pub(crate) fn set(&self, phase: Phase) {
        if let Some(readiness) = self.readiness {
            readiness.set(phase);
        }
    }

    pub(crate) fn tell(&self, event: Event<'_>) {
        if let Some(observer) = &self.observer {
            observer(event);
        }
    }
}

impl fmt::Debug for Watch<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let observer = self.observer.as_ref().map(|_| "…");
        f.debug_struct("Watch").field("observer", &observer).field("readiness", &self.readiness).finish()
    }
}

/// A run that has not ended. Dropped without [`Unfinished::end`] it has failed.
pub(crate) struct Unfinished<'w> {
    watch: &'w Watch<'w>,
    finished: bool,
}

impl Unfinished<'_> {
    pub(crate) fn end(mut self, report: &Report) {
        self.finished = true;
        self.watch.set(Phase::Ready);
        self.watch.tell(Event::Done { report });
    }
}

impl Drop for Unfinished<'_> {
    fn drop(&mut self) {
        if !self.finished {
            self.watch.set(Phase::Failed);
        }
    }
}
