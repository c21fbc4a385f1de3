//! Pieces of sentences: numbers with their nouns, times, paths.

use std::path::Path;
use std::time::Duration;

use onward_core::printable::printable;

/// A path on one line.
pub(crate) fn shown(path: &Path) -> String {
    printable(&path.to_string_lossy()).into_owned()
}

/// A number and what it counts.
pub(crate) fn counted(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// A number of bytes, rounded up, in the unit that has at least two digits.
pub(crate) fn size(bytes: u64) -> String {
    let units = [("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1000)];
    let (unit, each) = units.into_iter().find(|(_, each)| bytes >= 10 * each).unwrap_or(("bytes", 1));
    format!("{} {unit}", bytes.div_ceil(each))
}

/// A time in milliseconds.
pub(crate) fn millis(duration: Duration) -> String {
    format!("{:.2} ms", duration.as_secs_f64() * 1000.0)
}
