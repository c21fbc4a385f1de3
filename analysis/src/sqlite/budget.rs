//! What a statement may take before it is stopped: steps, and time.
//!
//! Steps are the same on every machine. Time is for what they do not see: a step may copy megabytes, and one of the
//! parser's expand a whole view. It is measured generously, since a machine may have more to do than this build.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// How many instructions of SQLite's virtual machine, or steps of its parser, pass between two looks at the budget.
pub(crate) const SLICE: i32 = 100;
/// How many slices one statement may take: fifty million instructions, a few seconds on a slow machine. A fuzzer finds
/// statements that take them all, and is to run thousands of them.
const SLICES: u32 = if cfg!(fuzzing) { 2_000 } else { 500_000 };
/// How long one statement may take.
const TIME: Duration = Duration::from_secs(10);
/// How long all statements of a history may take, before each has no more than a moment.
const TIMES: Duration = Duration::from_secs(60);
const MOMENT: Duration = Duration::from_secs(1);
/// No deadline.
const NEVER: u64 = u64::MAX;

/// What the statement that is running has taken of its slices, and until when it may run.
#[derive(Debug)]
pub(crate) struct Budget {
    start: Instant,
    slices: AtomicU32,
    /// In nanoseconds from the start.
    deadline: AtomicU64,
    /// What all statements of the history have taken, in nanoseconds.
    spent: AtomicU64,
}

impl Budget {
    pub(crate) fn new() -> Budget {
        Budget {
            start: Instant::now(),
            slices: AtomicU32::new(0),
            deadline: AtomicU64::new(NEVER),
            spent: AtomicU64::new(0),
        }
    }

    /// Begins a statement of ours, which is short.
    pub(crate) fn begin(&self) {
        self.slices.store(0, Ordering::Relaxed);
        self.deadline.store(NEVER, Ordering::Relaxed);
    }

    /// Runs a statement of the history's.
    pub(crate) fn spend<T>(&self, call: impl FnOnce() -> T) -> T {
        let start = self.now();
        let spent = Duration::from_nanos(self.spent.load(Ordering::Relaxed));
        let time = TIMES.saturating_sub(spent).clamp(MOMENT, TIME);
        self.slices.store(0, Ordering::Relaxed);
        self.deadline.store(start.saturating_add(nanos(time)), Ordering::Relaxed);
        let result = call();
        self.spent.fetch_add(self.now() - start, Ordering::Relaxed);
        self.begin();
        result
    }

    /// Whether the statement has to stop; SQLite asks after every slice.
    pub(crate) fn is_over(&self) -> bool {
        self.slices.fetch_add(1, Ordering::Relaxed) >= SLICES
            || self.now() > self.deadline.load(Ordering::Relaxed)
    }

    fn now(&self) -> u64 {
        nanos(self.start.elapsed())
    }
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(NEVER)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_runs_out_as_steps_do() {
        let budget = Budget::new();
        budget.spend(|| {
            assert!(!budget.is_over());
            budget.deadline.store(0, Ordering::Relaxed);
            assert!(budget.is_over());
        });
        assert!(!budget.is_over(), "what we ask ourselves has its own time");
        assert!(budget.spent.load(Ordering::Relaxed) > 0);
        budget.spend(|| assert!(budget.deadline.load(Ordering::Relaxed) > nanos(MOMENT)));
        budget.spent.store(nanos(TIMES), Ordering::Relaxed);
        budget.spend(|| assert!(budget.deadline.load(Ordering::Relaxed) <= budget.now() + nanos(MOMENT)));
        budget.spend(|| {
            budget.slices.store(SLICES, Ordering::Relaxed);
            assert!(budget.is_over());
        });
    }
}
