//! How long something goes on being tried.

use std::thread::sleep;
use std::time::{Duration, Instant};

/// The longest pause before something is tried again.
const LONGEST: Duration = Duration::from_millis(500);

/// How long a run goes on trying.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// In all.
    pub timeout: Duration,
}

impl Default for Patience {
    fn default() -> Patience {
        Patience { timeout: Duration::from_secs(120) }
    }
}

/// What is left of it.
pub(crate) struct Wait {
    patience: Patience,
    start: Instant,
    pauses: u32,
}

impl Wait {
    pub(crate) fn new(patience: Patience) -> Wait {
        Wait { patience, start: Instant::now(), pauses: 0 }
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    /// How often this has slept.
    pub(crate) fn pauses(&self) -> u32 {
        self.pauses
    }

    pub(crate) fn left(&self) -> Duration {
        self.patience.timeout.saturating_sub(self.elapsed())
    }

    /// Sleeps before another try; says no if the time is over.
    pub(crate) fn pause(&mut self) -> bool {
        let left = self.left();
        if left.is_zero() {
            return false;
        }
        self.pauses += 1;
        sleep(Duration::from_millis(10 << self.pauses.min(6)).min(LONGEST).min(left));
        true
    }
}
