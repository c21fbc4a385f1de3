//! Why a newer database is refused although the program accepts newer ones.

/// Why [`Migrator::accept_newer`](crate::Migrator::accept_newer) did not help.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum NotAccepted {
    /// The program is no recorded release: there was none behind its last migration when it was compiled.
    NoRelease,
    /// The newer program was not proven to leave this release as it was.
    NotProven {
        /// What the release is called that this program is; the sum of what it runs, if it has no name.
        release: String,
        /// The releases that the newer program was proven for.
        proven: Vec<String>,
    },
}
