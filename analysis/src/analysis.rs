//! The one call that the macro and the command line share.

use std::path::Path;

use crate::checks;
use crate::diagnostic::{self, Diagnostic};
use crate::history::History;
use crate::level;
use crate::lock;
use crate::replay::{Replay, replay};
use crate::source;

/// A folder of migrations and everything that is to be said about it.
#[derive(Debug)]
pub struct Analysis {
    /// The migrations, as far as they could be read.
    pub history: History,
    /// What is wrong, in the order of the history.
    pub diagnostics: Vec<Diagnostic>,
    /// What the replay left; `None` if the files could not be put in order, so that there was nothing to replay.
    pub replay: Option<Replay>,
}

/// Reads, replays and checks the migrations in a folder.
pub fn analyze(dir: &Path) -> Analysis {
    let (history, diagnostics) = source::read(dir);
    Analysis::new(history, diagnostics)
}

impl Analysis {
    /// Replays and checks what [`source::read`] has read and found wrong so far.
    pub fn new(history: History, mut diagnostics: Vec<Diagnostic>) -> Analysis {
        // A file that is missing from the order would make everything that builds on it look broken.
        let ordered =
            !diagnostics.iter().any(|diagnostic| diagnostic.is_error() && diagnostic.rule.about_files);
        checks::statements(&history, &mut diagnostics);
        let mut replayed = None;
        if ordered {
            if let Some(file) = history.lock
                && let Some(entries) = lock::parse(file, &history.files.get(file).text, &mut diagnostics)
            {
                checks::locked(&history, file, &entries, &mut diagnostics);
            }
            match replay(&history) {
                Ok(replay) => {
                    checks::replayed(&history, &replay, &mut diagnostics);
                    replayed = Some(replay);
                }
                Err(error) => diagnostics.extend(checks::sqlite_error::sandbox(&history, &error)),
            }
        }
        level::settle(&history, replayed.as_ref(), &mut diagnostics);
        diagnostic::sort(&mut diagnostics);
        Analysis { history, diagnostics, replay: replayed }
    }

    /// Whether anything stops a build.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }
}
