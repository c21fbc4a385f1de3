//! What the lock file tells of a move that has begun.

use std::fs::File;
use std::io;
use std::path::Path;

use super::system;

/// What the lock file holds while a database is moved: how, to which name, and why.
pub(super) struct Intent {
    pub(super) how: How,
    pub(super) suffix: String,
    pub(super) reason: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum How {
    /// By second names.
    Links,
    /// By other names, on a file system without links, the database last.
    Renames,
}

impl Intent {
    fn text(&self) -> String {
        let how = if self.how == How::Links { "links" } else { "renames" };
        format!("{BEGINNING}{how}: {}\n{}\nend\n", self.suffix, self.reason)
    }

    /// Nothing if it was not written to its end, and so nothing was begun.
    pub(super) fn parse(bytes: &[u8]) -> Option<Intent> {
        let text = std::str::from_utf8(bytes).ok()?.strip_suffix("\nend\n")?;
        let (first, reason) = text.split_once('\n')?;
        let (how, suffix) = first.strip_prefix(BEGINNING)?.split_once(": ")?;
        let how = match how {
            "links" => How::Links,
            "renames" => How::Renames,
            _ => return None,
        };
        let digits = suffix.strip_prefix(UNUSABLE)?;
        let is_ours = digits.chars().all(|char| char.is_ascii_digit() || char == '-');
        is_ours.then(|| Intent { how, suffix: suffix.to_owned(), reason: reason.to_owned() })
    }

    /// In place of another one, so that it is there after a power cut.
    pub(super) fn write(&self, database: &Path, file: &File, lock: &Path) -> io::Result<()> {
        system::empty(file, lock)?;
        system::write(file, lock, self.text().as_bytes())?;
        system::sync(file, lock)?;
        system::sync_name(database)
    }
}

/// Whether the lock file holds what onward writes there, whole or torn, or nothing at all.
pub(crate) fn is_ours(file: &File, lock: &Path) -> io::Result<bool> {
    let found = system::read(file, lock)?;
    let is_text = std::str::from_utf8(&found).is_ok_and(|text| !text.contains('\0'));
    Ok(!is_text || found.starts_with(BEGINNING.as_bytes()) || BEGINNING.as_bytes().starts_with(&found))
}

/// What each intent begins with.
const BEGINNING: &str = "moved aside by ";

/// What the names begin with that databases are moved to, behind their own.
pub(crate) const UNUSABLE: &str = ".unusable-";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_intent_is_read_as_it_was_written_and_not_before() {
        for how in [How::Links, How::Renames] {
            let intent = Intent { how, suffix: ".unusable-17-2".to_owned(), reason: "two\nlines".to_owned() };
            let text = intent.text();
            let read = Intent::parse(text.as_bytes()).unwrap();
            assert!(read.how == how && read.suffix == intent.suffix && read.reason == intent.reason);
            for end in 0..text.len() {
                assert!(Intent::parse(&text.as_bytes()[..end]).is_none(), "{end}");
            }
        }
        let strange = "moved aside by links: /../other\n\nend\n";
        assert!(Intent::parse(strange.as_bytes()).is_none() && Intent::parse(&[0xff; 40]).is_none());
    }
}
