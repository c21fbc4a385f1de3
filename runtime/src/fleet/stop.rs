//! The wish that a sweep ends.

use std::sync::atomic::{AtomicBool, Ordering};

/// Asks a sweep to end: the files in hand are finished, and no other is begun. What was done stays done.
///
/// Make it a `static`, and let a signal handler, an endpoint or an observer call it.
///
/// ```
/// use onward::fleet::{Ended, Stop};
///
/// static STOP: Stop = Stop::new();
///
/// # let migrations: onward::Migrations = onward::migrations!("../migrations");
/// STOP.stop();
/// let sweep = migrations.fleet().stop_on(&STOP).apply(["tenants/1.db"])?;
/// assert_eq!((sweep.ended, sweep.files()), (Ended::Stopped, 0));
/// # Ok::<(), onward::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct Stop(AtomicBool);

impl Stop {
    /// One that nobody has asked yet.
    ///
    /// ```
    /// static STOP: onward::fleet::Stop = onward::fleet::Stop::new();
    ///
    /// assert!(!STOP.is_stopped());
    /// ```
    pub const fn new() -> Stop {
        Stop(AtomicBool::new(false))
    }

    /// Ends the sweeps that look at this, for good.
    ///
    /// ```
    /// let stop = onward::fleet::Stop::new();
    /// stop.stop();
    /// assert!(stop.is_stopped());
    /// ```
    pub fn stop(&self) {
        self.0.store(true, Ordering::Release);
    }

    /// Whether somebody has asked.
    ///
    /// ```
    /// assert!(!onward::fleet::Stop::new().is_stopped());
    /// ```
    pub fn is_stopped(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }

    pub(crate) fn flag(&self) -> &AtomicBool {
        &self.0
    }
}
