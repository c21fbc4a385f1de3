//! What all steps of a run know.

use std::path::Path;

use super::goal::Goal;
use super::options::Options;
use crate::error::Result;
use crate::history::Migrations;

/// A history, how it is to be applied, and the file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Context<'c> {
    pub(crate) migrations: &'c Migrations,
    pub(crate) options: &'c Options<'c>,
    /// The file that is open, if SQLite cannot tell since its name is not UTF-8.
    pub(crate) file: Option<&'c Path>,
}

impl Context<'_> {
    /// What a run forward is to arrive at.
    pub(crate) fn goal(&self) -> Result<Goal> {
        Goal::forward(self.migrations.list(), self.options)
    }
}
