//! What a measure has to work with.

use std::time::Duration;

use anyhow::{Context, Result};

use crate::contender::{Contender, Name};
use crate::place::Place;

/// The contenders, and how long it takes.
pub(crate) struct Run<'p> {
    pub(crate) place: &'p Place,
    pub(crate) quick: bool,
    pub(crate) contenders: Vec<Contender>,
}

impl Run<'_> {
    pub(crate) fn contender(&self, name: Name) -> Result<&Contender> {
        self.contenders.iter().find(|contender| contender.name == name).context("find a contender")
    }

    /// As many rounds as this, or few.
    pub(crate) fn rounds(&self, full: usize, quick: usize) -> usize {
        if self.quick { quick } else { full }
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
