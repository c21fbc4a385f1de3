//! One replay a folder and process, however many macros name the folder.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use onward_analysis::{Analysis, Diagnostic, History, source};

struct Entry {
    history: History,
    diagnostics: Vec<Diagnostic>,
    analysis: Arc<Analysis>,
}

/// The analysis of a folder as it is now: an editor keeps the process alive while its files change, so they are read
/// every time and only the replay is saved.
pub(crate) fn analyze(dir: &Path) -> Arc<Analysis> {
    static CACHE: Mutex<Option<HashMap<PathBuf, Entry>>> = Mutex::new(None);
    let (history, diagnostics) = source::read(dir);
    let mut guard = CACHE.lock().unwrap_or_else(PoisonError::into_inner);
    let cache = guard.get_or_insert_default();
    if let Some(entry) = cache.get(dir)
        && entry.history.files == history.files
        && entry.diagnostics == diagnostics
    {
        return Arc::clone(&entry.analysis);
    }
    let analysis = Arc::new(Analysis::new(history.clone(), diagnostics.clone()));
    cache.insert(dir.to_owned(), Entry { history, diagnostics, analysis: Arc::clone(&analysis) });
    analysis
}
