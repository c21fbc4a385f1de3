//! How far a process is with its migrations, for whoever asks from another thread.

use std::sync::atomic::{AtomicU8, Ordering};

/// How far a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "lowercase"))]
pub enum Phase {
    /// No run has got the lock yet, or found that it needs none.
    Waiting,
    /// Migrations run.
    Migrating,
    /// The database is up to date.
    Ready,
    /// The run ended in an error.
    Failed,
}

impl Phase {
    const ALL: [Phase; 4] = [Phase::Waiting, Phase::Migrating, Phase::Ready, Phase::Failed];

    /// Its name in lower case, as a health endpoint would say it.
    ///
    /// ```
    /// assert_eq!(onward::Phase::Migrating.as_str(), "migrating");
    /// ```
    pub fn as_str(self) -> &'static str {
        match self {
            Phase::Waiting => "waiting",
            Phase::Migrating => "migrating",
            Phase::Ready => "ready",
            Phase::Failed => "failed",
        }
    }
}

impl std::fmt::Display for Phase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The [`Phase`] of a run, to be read from any thread at the cost of one atomic load.
///
/// Make it a `static`, hand it to [`Migrator::readiness`](crate::Migrator::readiness), and let the health endpoint ask.
/// It stays [`Phase::Ready`] while later calls find nothing to do.
///
/// ```
/// use onward::{Phase, Readiness};
///
/// static READINESS: Readiness = Readiness::new();
///
/// fn health() -> u16 {
///     if READINESS.is_ready() { 200 } else { 503 }
/// }
///
/// assert_eq!((READINESS.phase(), health()), (Phase::Waiting, 503));
/// # let migrations: onward::Migrations = onward::migrations!("../migrations");
/// # let mut conn = onward::rusqlite::Connection::open_in_memory().unwrap();
/// migrations.migrator().readiness(&READINESS).apply(&mut conn)?;
/// assert_eq!((READINESS.phase(), health()), (Phase::Ready, 200));
/// # Ok::<(), onward::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct Readiness(AtomicU8);

impl Readiness {
    /// One that is [`Phase::Waiting`].
    ///
    /// ```
    /// static READINESS: onward::Readiness = onward::Readiness::new();
    ///
    /// assert_eq!(READINESS.phase(), onward::Phase::Waiting);
    /// ```
    pub const fn new() -> Readiness {
        Readiness(AtomicU8::new(Phase::Waiting as u8))
    }

    /// How far the run is.
    ///
    /// ```
    /// use onward::{Phase, Readiness};
    ///
    /// # let migrations: onward::Migrations = onward::migrations!("../migrations");
    /// # let mut conn = onward::rusqlite::Connection::open_in_memory()?;
    /// let readiness = Readiness::new();
    /// conn.execute_batch("BEGIN")?;
    /// assert!(migrations.migrator().readiness(&readiness).apply(&mut conn).is_err());
    /// assert_eq!(readiness.phase(), Phase::Failed);
    /// # Ok::<(), onward::Error>(())
    /// ```
    pub fn phase(&self) -> Phase {
        Phase::ALL[usize::from(self.0.load(Ordering::Acquire))]
    }

    /// Whether the database is up to date.
    ///
    /// ```
    /// # let migrations: onward::Migrations = onward::migrations!("../migrations");
    /// # let mut conn = onward::rusqlite::Connection::open_in_memory()?;
    /// let readiness = onward::Readiness::new();
    /// assert!(!readiness.is_ready());
    /// migrations.migrator().readiness(&readiness).apply(&mut conn)?;
    /// assert!(readiness.is_ready());
    /// # Ok::<(), onward::Error>(())
    /// ```
    pub fn is_ready(&self) -> bool {
        self.phase() == Phase::Ready
    }

    pub(crate) fn set(&self, phase: Phase) {
        self.0.store(phase as u8, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phase_is_what_was_set() {
        let readiness = Readiness::new();
        assert_eq!(readiness.phase(), Readiness::default().phase());
        for phase in Phase::ALL {
            readiness.set(phase);
            assert_eq!(readiness.phase(), phase);
        }
    }
}
