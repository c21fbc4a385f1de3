//! What the targets share.
#![deny(missing_docs)]

pub mod folder;
pub mod seeds;
pub mod sqlite;

use onward_analysis::diagnostic::Diagnostic;
use onward_analysis::diagnostic::render::{Style, render};
use onward_analysis::file::{File, FileId, Files, Place};
use onward_core::token::significant;

/// One file with this text.
pub fn file(path: &str, text: &str) -> (Files, FileId) {
    let mut files = Files::default();
    let file = files.add(File::new(path.to_owned(), text));
    (files, file)
}

/// Whether a vertical tab stands where SQLite refuses it: with a space before it, it would be white space, and so a text
/// that is no SQL has the checksum of one that is.
pub fn has_stray_tab(text: &str) -> bool {
    significant(text).any(|token| token.text == "\u{b}")
}

/// Every place lies in its file, between characters, and every diagnostic can be drawn.
pub fn sound(diagnostics: &[Diagnostic], files: &Files) {
    for diagnostic in diagnostics {
        inside(&diagnostic.place, files);
        diagnostic.related.iter().for_each(|related| inside(&related.place, files));
        assert!(!diagnostic.message.is_empty());
        for (title, color) in [(true, false), (false, true)] {
            assert!(!render(diagnostic, files, Style { prefix: "migrations/", title, color }).is_empty());
        }
    }
}

/// The place lies in its file, between characters.
pub fn inside(place: &Place, files: &Files) {
    let text = &files.get(place.file).text;
    assert!(text.get(place.range.clone()).is_some(), "{place:?} of {} bytes", text.len());
    let at = files.position(place);
    assert!(at.line <= text.matches('\n').count() + 1, "{place:?} is {at:?}");
}
