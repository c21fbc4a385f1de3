//! The work of what was started, wherever the system put it and whoever else wanted the processor.

use std::fs;
use std::time::{Duration, Instant};

/// The processor's time in user and kernel mode of all children that have ended, and of theirs; `None` where the system does
/// not tell. It is counted in hundredths of a second.
fn of_children() -> Option<Duration> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    // The name before it may have blanks and brackets.
    let (_, fields) = stat.rsplit_once(')')?;
    let ticks: Vec<u64> =
        fields.split_whitespace().skip(13).take(2).filter_map(|field| field.parse().ok()).collect();
    let [user, system] = ticks[..] else { return None };
    Some(Duration::from_millis((user + system) * 10))
}

/// What children of this call take, in nanoseconds: their work, or the time that goes by where the system does not tell of it.
pub(crate) fn timed<T>(call: impl FnOnce() -> T) -> (T, f64) {
    let (work, start) = (of_children(), Instant::now());
    let result = call();
    let took = match (work, of_children()) {
        (Some(before), Some(after)) => after - before,
        _ => start.elapsed(),
    };
    (result, took.as_nanos() as f64)
}
