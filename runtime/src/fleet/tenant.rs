//! A file and what became of it.

use std::path::PathBuf;
use std::time::Duration;

use super::class::Class;
use crate::error::Error;

/// A file of a fleet, and what became of it.
///
/// With the feature `serde` it can be serialized: one of these is a line of `cargo onward fleet apply --format json`. The error is
/// then an object of two texts, `message` and `help`, the duration a number of seconds, and what is not UTF-8 in a path a
/// `\u{fffd}`.
#[derive(Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Tenant {
    /// Its path, as it was given.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::serialize::path"))]
    pub path: PathBuf,
    /// What became of it.
    pub class: Class,
    /// The newest migration that it had run before, as its file name writes the version; `None` if it had run none, or if nobody
    /// could read it.
    pub before: Option<String>,
    /// The same afterwards.
    pub after: Option<String>,
    /// How many migrations ran.
    pub applied: usize,
    /// How many are pending still, up to the target if there is one; zero if nobody could read it.
    pub pending: usize,
    /// Where the copy is that was made before the first change, if one was asked for.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::serialize::path_if_any"))]
    pub backup: Option<PathBuf>,
    /// How long it took, waiting included.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::serialize::seconds"))]
    pub duration: Duration,
    /// Why it was not migrated. It names the path, the statement if one failed, and what to do.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::serialize::error"))]
    pub error: Option<Error>,
}

impl Tenant {
    pub(super) fn new(path: PathBuf, class: Class) -> Tenant {
        Tenant {
            path,
            class,
            before: None,
            after: None,
            applied: 0,
            pending: 0,
            backup: None,
            duration: Duration::ZERO,
            error: None,
        }
    }
}
