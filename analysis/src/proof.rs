//! What a build keeps of a history that it has proven, so that the next one need not prove it again.
//!
//! [`make`] proves a folder and gives the bytes of a file, [`find`] has the analysis back from it. The file holds all that the
//! macros ask for: the history, what was found, the schema, and an image of the database in the end; and one of the
//! database behind the locked migrations, for the next [`make`]. It is believed only if its key is that of the folder as it is
//! now, by this onward and this SQLite, and only if no byte of it is another. Whoever has no such file proves the history.

mod container;
mod history;
mod key;
mod schema;
mod sum;
mod told;

use std::fs;
use std::path::Path;

use container::{Head, OfLocked};
pub use key::Key;
use told::Told;

use crate::analysis::{Analysis, Proof};
use crate::analyze::behind;
use crate::checks;
use crate::diagnostic::Diagnostic;
use crate::folder::history::History;
use crate::folder::{read, regular};
use crate::record;
use crate::replay::Locked;

/// What the names of the files end with that are kept.
pub const EXTENSION: &str = "proof";

/// The folder in cargo's `OUT_DIR` in which they lie.
pub const FOLDER: &str = "onward-proofs";

/// More files than these are not looked at.
const MOST: usize = 64;

/// Proves a folder and gives the bytes of a file to keep; `None` if there is nothing to keep, since not all of it can be read
/// or replayed to its end. `earlier` is such a file of the same folder as it was: what is locked in it is not run again. With
/// `snapshot`, the database that `snapshot!` embeds is made and kept as well.
pub fn make(dir: &Path, key: Key, earlier: Option<&[u8]>, snapshot: bool) -> Option<Vec<u8>> {
    let (analysis, taken) = analyze(dir, earlier);
    // Somebody may have written there meanwhile.
    if Key::of(dir)? != key {
        return None;
    }
    // Of what takes too long, a machine with less to do may see the end.
    let has_ended =
        |found: &Diagnostic| found.rule.code != checks::statement::replay_limit_reached::RULE.code;
    if !analysis.diagnostics.iter().all(has_ended) {
        return None;
    }
    let history = &analysis.history;
    let replay = analysis.replay.as_ref()?;
    let snapshot = snapshot.then(|| analysis.snapshot().ok()).flatten();
    let told = Told::of(&analysis, snapshot)?;
    // What was taken stays as it is, also where something new is refused: then the next proof need not run it either.
    let made = match taken {
        Some(_) => None,
        None => replay
            .locked(history)
            .and_then(|locked| Some((Key::of_first(history, locked.count)?, record::bytes(&locked)))),
    };
    let locked = taken.or(made.as_ref().map(|(key, bytes)| OfLocked::of(*key, bytes)));
    Some(container::pack(key, locked, &record::bytes(&told)))
}

/// The analysis of a folder as a build has it, with the help of a file that was kept of the folder as it was, and what was
/// taken from it.
fn analyze<'b>(dir: &Path, earlier: Option<&'b [u8]>) -> (Analysis, Option<OfLocked<'b>>) {
    let mut taken = None;
    let locked = |history: &History, count: usize| -> Option<Locked> {
        let bytes = earlier?;
        let key = Head::read(bytes)?.locked()?;
        if Key::of_first(history, count)? != key {
            return None;
        }
        let found = container::locked(bytes)?;
        let locked = record::whole(found.bytes)?;
        taken = Some(found);
        Some(locked)
    };
    let (history, faults) = read::read(dir, checks::RULES);
    (behind(history, &faults, Proof::Unlocked, locked), taken)
}

/// Whether these are the bytes of a file that [`make`] gave for this key.
pub fn is_whole(bytes: &[u8], key: Key) -> bool {
    Head::read(bytes).is_some_and(|head| head.key == key) && container::is_whole(bytes)
}

/// The analysis of a folder out of the files that are kept in another one, if one is of the folder as it is now.
pub fn find(kept: &Path, dir: &Path) -> Option<Analysis> {
    let paths = fs::read_dir(kept).ok()?.flatten().map(|entry| entry.path());
    let files = paths.filter(|path| path.extension().is_some_and(|extension| extension == EXTENSION));
    let mut files = files.take(MOST);
    let first = files.next()?;
    let key = Key::of(dir)?;
    let mut files = [first].into_iter().chain(files);
    files.find_map(|path| {
        let bytes = regular::read(&path).ok()?;
        Head::read(&bytes).filter(|head| head.key == key)?;
        record::whole::<Told>(container::whole(&bytes)?)?.analysis(dir)
    })
}

#[cfg(test)]
mod tests;
