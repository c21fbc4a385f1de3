//! How far a run goes.

use super::options::{Adopt, Options};
use crate::error::{ErrorKind, Result};
use crate::history::List;

/// How many migrations of the history a database should have in the end.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Goal {
    /// At least so many.
    Up(usize),
    /// At most so many.
    Back(usize),
}

impl Goal {
    /// How many that are.
    pub(crate) fn count(self) -> usize {
        let (Goal::Up(count) | Goal::Back(count)) = self;
        count
    }

    /// All migrations, or those up to the target.
    ///
    /// # Errors
    /// [`ErrorKind::UnknownTarget`] and [`ErrorKind::UnknownVersion`].
    pub(crate) fn forward(list: List<'_>, options: &Options<'_>) -> Result<Goal> {
        if let Some(Adopt::At(version)) = options.adopt.map(|adopting| adopting.how) {
            adopted_at(list, version)?;
        }
        options.target.map_or(Ok(list.len()), |target| up_to(list, target)).map(Goal::Up)
    }

    /// Those up to this version, or none if it is below the first.
    ///
    /// # Errors
    /// [`ErrorKind::UnknownTarget`].
    pub(crate) fn back(list: List<'_>, version: i64) -> Result<Goal> {
        let is_before_all = list.first().is_some_and(|first| version < first.version());
        if is_before_all { Ok(Goal::Back(0)) } else { up_to(list, version).map(Goal::Back) }
    }
}

/// How many migrations there are up to this version.
fn up_to(list: List<'_>, target: i64) -> Result<usize> {
    let (known, label) = list.newest();
    count(list, target).ok_or_else(|| ErrorKind::UnknownTarget { target, known, label }.into())
}

/// How many migrations a database has had that is adopted at this version.
///
/// # Errors
/// [`ErrorKind::UnknownVersion`].
pub(crate) fn adopted_at(list: List<'_>, version: i64) -> Result<usize> {
    let (known, label) = list.newest();
    count(list, version).ok_or_else(|| ErrorKind::UnknownVersion { version, known, label }.into())
}

fn count(list: List<'_>, version: i64) -> Option<usize> {
    list.position(&version.to_string()).map(|at| at + 1)
}
