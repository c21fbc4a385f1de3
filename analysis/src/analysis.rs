//! A history that was replayed, and everything that is to be said about it.

use std::sync::Arc;

use crate::checks;
use crate::diagnostic::{self, Diagnostic};
use crate::folder::history::History;
use crate::replay::{Replay, Samples};

/// A folder of migrations and everything that is to be said about it.
#[derive(Debug)]
pub struct Analysis {
    /// The migrations, as far as they could be read.
    pub history: History,
    /// What is wrong, in the order of the history.
    pub diagnostics: Vec<Diagnostic>,
    /// What the replay left; `None` if the files could not be put in order, so that there was nothing to replay.
    pub replay: Option<Replay>,
    /// Whether SQLite has refused one of its statements.
    pub(crate) is_refused: bool,
    /// The whole history, where this is only the first of it.
    pub(crate) whole: Option<Arc<Analysis>>,
}

/// What of a history is held against rows. All of it is run in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// All of it.
    Whole,
    /// What comes after the migrations that `onward.lock` vouches for. They were proven when they were locked, so that a
    /// build need not take longer with every release.
    Unlocked,
}

impl Analysis {
    /// The history as it is behind one of its migrations, by index, for what runs there: a hook, or a program that has gone no
    /// further. What is wrong with the history is wrong with this as well. The migrations are run once more.
    ///
    /// `None` if the history was not replayed.
    pub fn up_to(self: &Arc<Analysis>, migration: usize) -> Option<Analysis> {
        let replay = self.replay.as_ref()?.up_to(&self.history, migration).ok()?;
        Some(Analysis {
            diagnostics: self.diagnostics.clone(),
            is_refused: self.is_refused,
            whole: Some(Arc::clone(self)),
            ..self.cut(migration, replay)
        })
    }

    /// The same for a program that is released behind a migration, with nothing said of it.
    pub(crate) fn released(&self, migration: usize) -> Option<Analysis> {
        let replay = self.replay.as_ref()?.released(&self.history, migration).ok()?;
        Some(self.cut(migration, replay))
    }

    fn cut(&self, migration: usize, replay: Replay) -> Analysis {
        let mut history = self.history.clone();
        history.migrations.truncate(migration + 1);
        Analysis { history, diagnostics: Vec::new(), replay: Some(replay), is_refused: false, whole: None }
    }

    /// The databases that the hook of a migration, by index, may meet: behind the release before it, with sample rows.
    ///
    /// `None` if the history was not replayed.
    pub fn samples(&self, migration: usize) -> Option<Samples> {
        self.replay.as_ref()?.samples(&self.history, migration).ok()
    }

    /// Whether this is the middle of a history: what is said here is about no program of today.
    pub fn is_earlier(&self) -> bool {
        self.whole.is_some()
    }

    /// Adds that cargo does not see what is added to the folder, which Cargo.toml would name by this path.
    pub fn not_watched(&mut self, path: &str) {
        self.diagnostics.extend(checks::files::folder_not_watched::diagnose(&mut self.history, path));
    }

    /// What is found, with warnings that are equal but for their places said once.
    pub fn grouped(&self) -> Vec<Diagnostic> {
        diagnostic::grouped(&self.diagnostics, &self.history.files)
    }

    /// Whether the schema may lack something that the history is to make: it was not replayed, or SQLite has refused one of its
    /// statements. What is then said of a statement of the application may have no other cause.
    pub fn lacks_schema(&self) -> bool {
        self.replay.is_none() || (self.has_errors() && self.is_refused)
    }

    /// Whether anything stops a build.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }
}
