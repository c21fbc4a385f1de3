//! Who is told about a run while it runs.

use std::sync::Arc;
use std::time::Duration;

use onward::{__private, Migration, Phase, Readiness};

use crate::engine::Failure;
use crate::error::Result;
use crate::report::Report;
use crate::trace;

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

type Observer = Arc<dyn Fn(Event<'_>) + Send + Sync>;

/// Everybody who is told.
#[derive(Clone, Default)]
pub struct Watch {
    observer: Option<Observer>,
    readiness: Option<&'static Readiness>,
}

impl Watch {
    /// Calls this for each event, on the thread that migrates.
    pub fn observer(mut self, observer: impl Fn(Event<'_>) + Send + Sync + 'static) -> Watch {
        self.observer = Some(Arc::new(observer));
        self
    }

    /// Writes there how far a run is.
    pub fn readiness(mut self, readiness: &'static Readiness) -> Watch {
        self.readiness = Some(readiness);
        self
    }

    /// A run: something else than a result, a panic of the observer for one, is a failure too.
    ///
    /// # Errors
    /// Those of the run.
    pub fn over<T>(&self, run: impl FnOnce() -> Result<T>) -> Result<T> {
        let mut unfinished = Unfinished { watch: self, finished: false };
        let outcome = run();
        unfinished.finished = outcome.is_ok();
        if let Err(error) = &outcome {
            trace::failed(error);
        }
        outcome
    }

    /// Tells of it.
    pub fn tell(&self, event: Event<'_>) {
        match event {
            Event::Waiting { .. } => self.set(Phase::Waiting),
            Event::Done { .. } => self.set(Phase::Ready),
            _ => {}
        }
        trace::event(&event);
        if let Some(observer) = &self.observer {
            observer(event);
        }
    }

    pub(crate) fn set(&self, phase: Phase) {
        if let Some(readiness) = self.readiness {
            __private::set_phase(readiness, phase);
        }
    }
}

struct Unfinished<'w> {
    watch: &'w Watch,
    finished: bool,
}

impl Drop for Unfinished<'_> {
    fn drop(&mut self) {
        if !self.finished {
            self.watch.set(Phase::Failed);
        }
    }
}
