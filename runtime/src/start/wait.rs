//! The wait for the lock: how long, how often, and what is worth another attempt.

use std::path::Path;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use rusqlite::ffi;

use crate::error::{Error, ErrorKind, Result};
use crate::file::random;
use crate::report::trace;
use crate::run::Options;

/// The longest sleep between two tries, so that a waiter goes on soon after the lock is free.
const LONGEST: Duration = Duration::from_millis(24);

/// How often a file that cannot be opened for no visible reason is tried again: somebody may be replacing it just now.
const REPLACED: u32 = 10;

/// The wait of one run, over all its attempts. An attempt is a connection's worth of tries.
pub(crate) struct Wait<'w> {
    options: &'w Options<'w>,
    start: Instant,
    attempt: Instant,
    refused: bool,
    waited: Duration,
    /// How many attempts there were, this one included.
    pub(crate) attempts: u32,
    /// How often the lock was tried again.
    pub(crate) retries: u32,
    /// How many migrations are pending, as far as anybody could read it without the lock.
    pub(crate) pending: Option<usize>,
}

impl<'w> Wait<'w> {
    pub(crate) fn new(options: &'w Options<'w>) -> Wait<'w> {
        let start = Instant::now();
        Wait {
            options,
            start,
            attempt: start,
            refused: false,
            waited: Duration::ZERO,
            attempts: 1,
            retries: 0,
            pending: None,
        }
    }

    /// How long the run takes up to now.
    pub(crate) fn duration(&self) -> Duration {
        self.start.elapsed()
    }

    /// How long it was before the lock was there; zero if the first try got it.
    pub(crate) fn waited(&self) -> Duration {
        self.waited
    }

    fn refused(&mut self) {
        self.refused = true;
        self.over();
    }

    /// The lock is there, or is not needed any more: what follows is no waiting.
    pub(crate) fn over(&mut self) {
        if self.refused {
            self.waited = self.duration();
        }
    }

    /// Sleeps before another try.
    ///
    /// # Errors
    /// [`ErrorKind::Locked`] when the attempt's time is over.
    pub(crate) fn pause(&mut self) -> Result<()> {
        self.refused();
        self.options.watch.waiting(self.attempts, self.waited());
        let left = self.options.attempt_timeout.saturating_sub(self.attempt.elapsed()).min(self.left());
        if left.is_zero() {
            return Err(self.locked());
        }
        self.retries += 1;
        std::thread::sleep(pause(self.retries).min(left));
        Ok(())
    }

    /// Sleeps before another try for something beside this file, however many attempts that takes.
    pub(crate) fn on(&mut self, path: &Path) -> Result<()> {
        match self.pause() {
            Err(error) if !self.again(&error) => Err(error.at(Some(path))),
            _ => Ok(()),
        }
    }

    /// Whether another attempt may get past this error, and there is time for it, which begins now.
    pub(crate) fn again(&mut self, error: &Error) -> bool {
        let code =
            error.unexplained().and_then(|error| error.sqlite_error()).map(|error| error.extended_code);
        let worth = match code {
            None => matches!(error.kind(), ErrorKind::Locked { .. }),
            // What was opened is no longer the file of that name.
            Some(ffi::SQLITE_READONLY_DBMOVED) => true,
            // Or there is none for a moment.
            Some(code) => code & 0xff == ffi::SQLITE_CANTOPEN && self.attempts < REPLACED,
        };
        if !worth || self.left().is_zero() {
            return false;
        }
        self.refused();
        self.options.watch.waiting(self.attempts, self.waited());
        trace::attempt(self.attempts, self.waited(), error);
        std::thread::sleep(pause(self.attempts).min(self.left()));
        self.attempts += 1;
        self.attempt = Instant::now();
        true
    }

    /// The error of somebody who has waited as long as this has.
    pub(crate) fn locked(&self) -> Error {
        let kind = ErrorKind::Locked {
            waited: self.waited(),
            attempts: self.attempts,
            tries: self.retries + self.attempts,
            pending: self.pending,
        };
        kind.into()
    }

    fn left(&self) -> Duration {
        match self.options.stop {
            Some(stop) if stop.load(Ordering::Acquire) => Duration::ZERO,
            _ => self.options.lock_timeout.saturating_sub(self.duration()),
        }
    }
}

/// Doubles from one millisecond on, and takes off up to half by chance, so that waiters do not move in step.
fn pause(tries: u32) -> Duration {
    let full = Duration::from_millis(1 << tries.saturating_sub(1).min(5)).min(LONGEST);
    let chance = random() % 1000;
    full - full.mul_f64(0.5 * chance as f64 / 1000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_stay_short() {
        for tries in 0..1000 {
            let pause = pause(tries);
            assert!(pause <= LONGEST && pause >= Duration::from_micros(500), "{tries}: {pause:?}");
        }
        for (tries, full) in [(0, 1), (1, 1), (2, 2), (3, 4), (4, 8), (5, 16), (6, 24), (1000, 24)] {
            let full = Duration::from_millis(full);
            let pauses: Vec<Duration> = (0..1000).map(|_| pause(tries)).collect();
            assert!(pauses.iter().all(|pause| (full / 2..=full).contains(pause)), "{tries}");
            // By chance: a thousand in one half of that would be none.
            assert!(pauses.iter().any(|pause| *pause < full.mul_f64(0.7)), "{tries}");
            assert!(pauses.iter().any(|pause| *pause > full.mul_f64(0.8)), "{tries}");
        }
    }

    #[test]
    fn an_attempt_ends_and_so_does_the_last() {
        let options = Options {
            lock_timeout: Duration::from_millis(600),
            attempt_timeout: Duration::from_millis(10),
            ..Options::default()
        };
        let mut wait = Wait::new(&options);
        loop {
            match wait.pause() {
                Ok(()) => {}
                Err(error) if wait.again(&error) => {}
                Err(error) => {
                    let ErrorKind::Locked { attempts, tries, waited, .. } = *error.kind() else {
                        panic!("{error}")
                    };
                    assert!(attempts > 1 && tries > attempts && waited > Duration::from_millis(20));
                    return;
                }
            }
        }
    }

    #[test]
    fn a_wait_for_another_file_goes_on_over_attempts() {
        let options = Options {
            lock_timeout: Duration::from_millis(600),
            attempt_timeout: Duration::from_millis(5),
            ..Options::default()
        };
        let mut wait = Wait::new(&options);
        let path = Path::new("other.db");
        let error = (0..10_000).find_map(|_| wait.on(path).err()).expect("the time is over before");
        let ErrorKind::Locked { attempts, .. } = *error.kind() else { panic!("{error}") };
        assert_eq!(error.path(), Some(path));
        assert!(attempts > 1 && attempts == wait.attempts, "{attempts}");
    }

    #[test]
    fn what_is_worth_another_attempt() {
        let options = Options::default();
        let times = |code| {
            let failure = rusqlite::Error::SqliteFailure(ffi::Error::new(code), None);
            let (mut wait, error) = (Wait::new(&options), Error::sqlite("open")(failure));
            (0..12).take_while(|_| wait.again(&error)).count()
        };
        // While somebody replaces the file there may be none, but not for long.
        assert_eq!(times(ffi::SQLITE_CANTOPEN), 9);
        assert_eq!(times(ffi::SQLITE_CANTOPEN_ISDIR), 9);
        assert_eq!(times(ffi::SQLITE_READONLY_DBMOVED), 12);
        for code in [ffi::SQLITE_READONLY, ffi::SQLITE_CORRUPT, ffi::SQLITE_IOERR, ffi::SQLITE_FULL] {
            assert_eq!(times(code), 0, "{code}");
        }
        let mut wait = Wait::new(&options);
        assert!(matches!(wait.locked().kind(), ErrorKind::Locked { attempts: 1, tries: 1, .. }));
        assert!(!wait.again(&ErrorKind::InTransaction.into()));
        let error = wait.locked();
        assert!(wait.again(&error));
        assert!(matches!(wait.locked().kind(), ErrorKind::Locked { attempts: 2, tries: 2, .. }));
    }
}
