//! What is printed for people: names of files and tables come out printable, whatever they hold.

use std::fmt::Display;
use std::path::Path;

use onward_core::printable::{printable, printable_lines};

use crate::folder;

/// A line, or several, of what the command has to tell.
pub(crate) fn line(text: impl Display) {
    anstream::println!("{}", printable_lines(&text.to_string()));
}

/// Why a command did not do what it should.
pub(crate) fn error(text: impl Display) {
    anstream::eprintln!("{}: {}", folder::title("error"), printable_lines(&text.to_string()));
}

/// A path on one line.
pub(crate) fn path(path: &Path) -> String {
    printable(&path.to_string_lossy()).into_owned()
}
