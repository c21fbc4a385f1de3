//! How many files stand at which version.

use std::collections::HashMap;

use crate::history::List;

/// How many files stood, and stand, at a version.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct VersionCount {
    /// The version, as its file name writes it; `None` for files that have run none, or of which nobody could read it, and
    /// `other` for versions that the program does not have.
    pub version: Option<String>,
    /// How many files before the sweep.
    pub before: usize,
    /// How many afterwards.
    pub after: usize,
}

/// The counts, in the order of the history: so many as it has versions, however many files there are.
#[derive(Debug)]
pub(super) struct Versions {
    counts: Vec<VersionCount>,
    places: HashMap<String, usize>,
}

impl Versions {
    pub(super) fn of(list: List<'_>) -> Versions {
        let labels: Vec<String> = list.iter().map(|migration| migration.label().to_owned()).collect();
        let none = [None].into_iter();
        let versions = none.chain(labels.iter().cloned().map(Some)).chain([Some("other".to_owned())]);
        let counts = versions.map(|version| VersionCount { version, before: 0, after: 0 }).collect();
        Versions { counts, places: labels.into_iter().zip(1..).collect() }
    }

    pub(super) fn add(&mut self, before: Option<&str>, after: Option<&str>) {
        let (before, after) = (self.place(before), self.place(after));
        self.counts[before].before += 1;
        self.counts[after].after += 1;
    }

    fn place(&self, label: Option<&str>) -> usize {
        label.map_or(0, |label| self.places.get(label).copied().unwrap_or(self.counts.len() - 1))
    }

    /// Those at which there is a file.
    pub(super) fn counted(&self) -> impl Iterator<Item = &VersionCount> {
        self.counts.iter().filter(|count| count.before + count.after > 0)
    }
}
