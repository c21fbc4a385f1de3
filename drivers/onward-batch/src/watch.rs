//! Who is told about a run while it runs.

use std::sync::Arc;

use onward::{__private, Phase, Readiness};

use crate::error::Result;
use crate::event::Event;
use crate::trace;

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
