//! One replay a folder and process, however many macros name the folder.

use std::collections::{HashMap, HashSet};
use std::env;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use onward_analysis::folder::read;
use onward_analysis::{Analysis, Proof, proof};

use crate::recent::FRESH;
use crate::watch;

struct Entry {
    looked: Instant,
    stamp: Option<read::Stamp>,
    analysis: Arc<Analysis>,
    /// The history behind each of its migrations that somebody has asked for.
    earlier: HashMap<usize, Option<Arc<Analysis>>>,
}

static CACHE: Mutex<Option<HashMap<PathBuf, Entry>>> = Mutex::new(None);

/// The analysis of a folder as it is now.
pub(crate) fn analyze(dir: &Path) -> Arc<Analysis> {
    let mut guard = CACHE.lock().unwrap_or_else(PoisonError::into_inner);
    let cache = guard.get_or_insert_default();
    if let Some(entry) = cache.get_mut(dir) {
        if entry.looked.elapsed() < FRESH {
            return Arc::clone(&entry.analysis);
        }
        // A folder that cannot be looked at has no stamp, and is read again.
        if entry.stamp.is_some() && entry.stamp == read::stamp(dir) {
            entry.looked = Instant::now();
            return Arc::clone(&entry.analysis);
        }
    }
    // Taken before the files are read: what changes in between is read again the next time.
    let stamp = read::stamp(dir);
    let kept = env::var_os("OUT_DIR").and_then(|out| proof::find(&Path::new(&out).join(proof::FOLDER), dir));
    let mut analysis = kept.unwrap_or_else(|| onward_analysis::analyze(dir, Proof::Unlocked));
    if let Some(path) = watch::unwatched(dir) {
        analysis.not_watched(&path);
    }
    let analysis = Arc::new(analysis);
    let entry =
        Entry { looked: Instant::now(), stamp, analysis: Arc::clone(&analysis), earlier: HashMap::new() };
    cache.insert(dir.to_owned(), entry);
    analysis
}

/// The analysis of the same history behind one of its migrations, by index; `None` if it was not replayed.
pub(crate) fn up_to(dir: &Path, analysis: &Arc<Analysis>, migration: usize) -> Option<Arc<Analysis>> {
    let mut guard = CACHE.lock().unwrap_or_else(PoisonError::into_inner);
    let made = || analysis.up_to(migration).map(Arc::new);
    match guard.get_or_insert_default().get_mut(dir).filter(|entry| Arc::ptr_eq(&entry.analysis, analysis)) {
        Some(entry) => entry.earlier.entry(migration).or_insert_with(made).clone(),
        // Somebody has edited the folder meanwhile.
        None => made(),
    }
}

/// That the history is broken, which one macro of the crate explains.
pub(crate) const BROKEN: &str = "broken";

/// Whether this is the first time that the process asks this of the folder: what concerns the whole crate is to be
/// expanded to once, and rustc compiles one crate a process.
pub(crate) fn is_first(what: &str, dir: &Path) -> bool {
    static SEEN: Mutex<Option<HashSet<(String, PathBuf)>>> = Mutex::new(None);
    let mut guard = SEEN.lock().unwrap_or_else(PoisonError::into_inner);
    guard.get_or_insert_default().insert((what.to_owned(), dir.to_owned()))
}
