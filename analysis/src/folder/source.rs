//! A folder while it is read.

use std::collections::BTreeMap;

use super::fault::Fault;
use super::history::History;
use super::layout::Name;
use super::parts::{Means, Unread};
use super::regular::{self, Problem};
use super::tool::drizzle::Journal;
use crate::diagnostic::rule::Rule;
use crate::file::{File, FileId};

/// A name and the path it comes from.
pub(super) type Named = (Name, String);

/// What is known of a folder while it is read.
pub(super) struct Source {
    pub(super) history: History,
    pub(super) rules: &'static [&'static Rule],
    pub(super) faults: Vec<Fault>,
    /// The files that another tool reads otherwise, by tool.
    pub(super) unread: BTreeMap<(&'static str, Means), Vec<(FileId, Unread)>>,
    /// The migrations, as long as nobody has asked for them.
    pub(super) bytes: BTreeMap<String, Result<Vec<u8>, Problem>>,
    /// drizzle's journal, with its file.
    pub(super) journal: Option<(FileId, Journal)>,
    /// What diesel has beside a migration, by its folder.
    pub(super) metadata: BTreeMap<String, FileId>,
}

impl Source {
    /// A file that has no text to show.
    pub(super) fn unshown(&mut self, path: &str) -> FileId {
        self.history.files.add(File::new(path.to_owned(), ""))
    }

    /// The bytes of a file; those of a migration are read once.
    pub(super) fn bytes(&mut self, path: &str) -> Result<Vec<u8>, Problem> {
        self.bytes.remove(path).unwrap_or_else(|| regular::read(&self.history.dir.join(path)))
    }

    pub(super) fn text(&mut self, path: &str) -> Option<FileId> {
        self.history.inputs.push(path.to_owned());
        let bytes = match self.bytes(path) {
            Ok(bytes) => bytes,
            Err(problem) => {
                let file = self.unshown(path);
                self.faults.push(Fault::Unreadable { file, path: path.to_owned(), problem });
                return None;
            }
        };
        match String::from_utf8(bytes) {
            Ok(text) => {
                let file = self.history.files.add(File::new(path.to_owned(), &text));
                let nul = self.history.files.get(file).text.find('\0');
                let fault = |at| Fault::Nul { place: file.at(at..at + 1), path: path.to_owned() };
                self.faults.extend(nul.map(fault));
                nul.is_none().then_some(file)
            }
            Err(error) => {
                let valid = error.utf8_error().valid_up_to();
                let bytes = error.into_bytes();
                // What could be read is shown up to the byte that could not.
                let shown = String::from_utf8_lossy(&bytes[..valid]).into_owned();
                let file = self.history.files.add(File::new(path.to_owned(), &shown));
                let end = self.history.files.get(file).text.len();
                let place = file.at(end..end);
                self.faults.push(Fault::NotUtf8 { place, path: path.to_owned(), bytes, valid });
                None
            }
        }
    }

    /// A file that is part of no order; what it is about is kept from being judged.
    pub(super) fn leave_out(&mut self, path: &str) {
        match self.bytes(path) {
            Ok(bytes) => self.history.unseen.leave_out(&String::from_utf8_lossy(&bytes)),
            Err(_) => self.history.unseen.anything = true,
        }
    }
}
