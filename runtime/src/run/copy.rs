//! The copy of a database that a run asks for, as the run knows it. `start` makes it.

use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::exclusive::Exclusive;
use crate::error::Result;

/// Where a copy goes, and the function that makes it: a program that does not ask for one does not have it.
#[derive(Debug, Clone)]
pub(crate) struct Copying {
    pub(crate) to: PathBuf,
    pub(crate) make: Make,
}

/// Copies what a connection sees, which has this file open and keeps other writers out, and pauses while somebody is in the way.
pub(crate) type Make = fn(
    &Connection,
    Option<&Path>,
    Exclusive<'_>,
    &Path,
    &mut dyn FnMut() -> Result<()>,
) -> Result<Box<dyn Unnamed>>;

/// A copy that is complete, under another name until it is known to be wanted. Dropped before, it is removed.
pub(crate) trait Unnamed {
    /// Whether it is of what the connection sees now.
    fn is_current(&self, conn: &Connection) -> Result<bool>;

    /// Gives it its name, or gives back the newest one, if that is the very same: a program that fails and is started
    /// again and again must not fill the disk.
    fn keep(self: Box<Self>) -> Result<Box<dyn Kept>>;
}

/// A copy that has its name.
pub(crate) trait Kept {
    fn path(&self) -> &Path;

    /// Removes all copies of the same database but so many of the newest. This one stays.
    ///
    /// The migrations are committed, so that nothing is made of a failure.
    fn keep_newest(&self, count: usize);
}
