//! What a measure has to work with.

use std::time::Duration;

use anyhow::{Context, Result};

use crate::contender::{Contender, Name};
use crate::place::Place;

/// The contenders, and how long it takes.
pub(crate) struct Run<'p> {
    pub(crate) place: &'p Place,
    pub(crate) quick: bool,
    pub(crate) rounds: Option<usize>,
    pub(crate) contenders: Vec<Contender>,
    /// Of whom no application is built.
    pub(crate) without: Vec<Name>,
}

impl Run<'_> {
    pub(crate) fn contender(&self, name: Name) -> Result<&Contender> {
        self.contenders.iter().find(|contender| contender.name == name).context("find a contender")
    }

    /// Those of these whose applications are built.
    pub(crate) fn among(&self, names: &[Name]) -> Vec<Name> {
        names.iter().filter(|name| !self.without.contains(name)).copied().collect()
    }

    /// As many rounds as this, or few.
    pub(crate) fn rounds(&self, full: usize, quick: usize) -> usize {
        let rounds = if self.quick { quick } else { full };
        self.rounds.map_or(rounds, |most| rounds.min(most))
    }

    /// How long a contender may take for one figure, all rounds together.
    pub(crate) fn patience(&self, full: u64) -> Duration {
        Duration::from_secs(if self.quick { 3 } else { full })
    }

    /// The sizes of the histories.
    pub(crate) fn sizes(&self, full: &[usize]) -> Vec<usize> {
        full.iter().copied().filter(|&size| !self.quick || size <= 100).collect()
    }
}
