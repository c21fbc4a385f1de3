//! What is kept of an analysis.

use std::path::Path;

use crate::analysis::Analysis;
use crate::diagnostic::Diagnostic;
use crate::folder::history::History;
use crate::record::record;
use crate::replay::{Kept, Replay};
use crate::snapshot::Snapshot;
use crate::sqlite::image::Image;

pub(super) struct Told {
    history: History,
    diagnostics: Vec<Diagnostic>,
    is_refused: bool,
    pub(super) kept: Kept,
}
record!(Told { history, diagnostics, is_refused, kept });

impl Told {
    pub(super) fn of(analysis: &Analysis, snapshot: Option<Snapshot>) -> Option<Told> {
        let Analysis { history, diagnostics, replay, is_refused, whole: _ } = analysis;
        let snapshot = snapshot.map(|snapshot| (Image::of(&snapshot.bytes), snapshot.times));
        let kept = replay.as_ref()?.kept(&history.config, snapshot)?;
        let (history, diagnostics) = (history.clone(), diagnostics.clone());
        Some(Told { history, diagnostics, is_refused: *is_refused, kept })
    }

    /// The analysis of the same folder, wherever it lies.
    pub(super) fn analysis(self, dir: &Path) -> Option<Analysis> {
        let history = History { dir: dir.to_owned(), ..self.history };
        let replay = Replay::of(&history.config, self.kept)?;
        let (diagnostics, is_refused) = (self.diagnostics, self.is_refused);
        Some(Analysis { history, diagnostics, replay: Some(replay), is_refused, whole: None })
    }
}
