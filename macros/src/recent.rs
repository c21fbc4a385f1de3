//! What was found a moment ago. An editor keeps the process alive while files change, so it is looked for again after that; one
//! build of a crate with hundreds of macros does not look hundreds of times.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long that is.
pub(crate) const FRESH: Duration = Duration::from_millis(100);

/// Answers by what was asked.
pub(crate) struct Recent<K, V>(Mutex<Option<HashMap<K, (Instant, V)>>>);

impl<K: Hash + Eq, V: Clone> Recent<K, V> {
    pub(crate) const fn new() -> Recent<K, V> {
        Recent(Mutex::new(None))
    }

    /// The answer of a moment ago, or what is found now.
    pub(crate) fn get(&self, asked: K, find: impl FnOnce(&K) -> V) -> V {
        let mut guard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let answers = guard.get_or_insert_default();
        if let Some((found, answer)) = answers.get(&asked)
            && found.elapsed() < FRESH
        {
            return answer.clone();
        }
        let answer = find(&asked);
        answers.insert(asked, (Instant::now(), answer.clone()));
        answer
    }
}
