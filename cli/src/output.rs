//! What is printed for people: names of files and tables come out printable, whatever they hold.

use std::fmt::Display;
use std::path::Path;

use clap::builder::styling::AnsiColor;
use onward_core::printable::{printable, printable_lines};

/// A line, or several, of what the command has to tell.
pub(crate) fn line(text: impl Display) {
    anstream::println!("{}", printable_lines(&text.to_string()));
}

/// Why a command did not do what it should.
pub(crate) fn error(text: impl Display) {
    anstream::eprintln!("{}: {}", title("error"), printable_lines(&text.to_string()));
}

/// What is worth knowing beside it.
pub(crate) fn note(text: impl Display) {
    anstream::eprintln!("note: {}", printable_lines(&text.to_string()));
}

/// A path on one line.
pub(crate) fn path(path: &Path) -> String {
    printable(&path.to_string_lossy()).into_owned()
}

/// A word in the colour of rustc's errors.
fn title(word: &str) -> String {
    let style = AnsiColor::BrightRed.on_default().bold();
    format!("{style}{word}{style:#}")
}
