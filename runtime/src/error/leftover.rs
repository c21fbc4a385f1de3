//! The error of a file that lies where another one is to be put.

use std::fmt;
use std::io;
use std::path::PathBuf;

use crate::text::shown;

/// A file of a database that is gone, where another one is to be put.
#[derive(Debug)]
pub(crate) struct Leftover(pub(crate) PathBuf);

impl Leftover {
    pub(crate) fn is(error: &io::Error) -> bool {
        error.get_ref().is_some_and(|inner| inner.is::<Leftover>())
    }
}

impl std::error::Error for Leftover {}

impl fmt::Display for Leftover {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` lies there, of a database that is gone, and SQLite would take it for the new one's",
            shown(&self.0)
        )
    }
}
