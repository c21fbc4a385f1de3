//! The error of a move that could neither be finished nor taken back.

use std::fmt;
use std::io;
use std::path::PathBuf;

/// Why a move has stopped half way, where taking it back has failed as well.
#[derive(Debug)]
pub(crate) struct Begun {
    /// Where it was to go.
    pub(crate) to: PathBuf,
    /// Whether the file has that name beside its old one, and is otherwise as it was.
    pub(crate) has_both: bool,
    error: io::Error,
}

impl Begun {
    pub(crate) fn because(error: io::Error, to: PathBuf, has_both: bool) -> io::Error {
        io::Error::new(error.kind(), Begun { to, has_both, error })
    }

    pub(crate) fn of<'e>(error: &'e (dyn std::error::Error + 'static)) -> Option<&'e Begun> {
        error.downcast_ref::<io::Error>()?.get_ref()?.downcast_ref()
    }
}

impl std::error::Error for Begun {}

impl fmt::Display for Begun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}
