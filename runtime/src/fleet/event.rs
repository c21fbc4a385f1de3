//! Who is told about a sweep while it runs.

use std::path::Path;

use super::tenant::Tenant;
use crate::report::Rehearsal;

/// What happens in a sweep, told to [`Fleet::observer`](super::Fleet::observer) as it happens.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Event<'e> {
    /// A file of the sample was rehearsed on a copy; see [`Fleet::rehearse`](super::Fleet::rehearse).
    Rehearsed {
        /// The file.
        path: &'e Path,
        /// What its migrations would do.
        rehearsal: &'e Rehearsal,
    },
    /// A wave begins. All files of the one before have ended, but for those that were put off.
    Wave {
        /// Which it is, from one. With a canary, that is the first.
        number: usize,
        /// In how many files migrations are to run; `None` if it is all that are left.
        size: Option<usize>,
    },
    /// Others have the lock of this file: it is put off until all others have ended.
    PutOff {
        /// The file.
        path: &'e Path,
    },
    /// A file has ended.
    Ended {
        /// What became of it.
        tenant: &'e Tenant,
    },
}
