//! Releases: behind which migrations databases stand, with the rows that an application has written there.

use std::collections::{BTreeMap, HashMap};

use super::lock::Entry;
use super::migration::Migration;
use crate::file::Files;
use crate::record::record;

/// What is known of the releases of a history.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Releases {
    /// The names that `onward.lock` has, by the index of the last migration of each release.
    names: BTreeMap<usize, String>,
    /// The last migrations of all that are locked, by their indexes; `None` if nothing is locked.
    ends: Option<BTreeMap<usize, Stop>>,
}

/// Whether databases stand behind a migration while an application writes to them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    /// They may.
    Possible,
    /// They do: it was released.
    Certain,
}

record!(Releases { names, ends });
record!(enum Stop { 0 => Possible, 1 => Certain });

impl Releases {
    /// Of the entries of a lock file.
    ///
    /// A migration belongs to the first name at or behind it. Where no name follows, each is a release.
    pub(crate) fn of(migrations: &[Migration], entries: &[Entry]) -> Releases {
        let mut releases = Releases::default();
        let last_name = entries.iter().rposition(|entry| entry.release.is_some());
        let indexes: HashMap<i64, usize> =
            migrations.iter().map(|migration| migration.version).zip(0..).collect();
        for (number, entry) in entries.iter().enumerate() {
            let Some(&index) = indexes.get(&entry.version) else { continue };
            let ends = releases.ends.get_or_insert_default();
            if let Some(name) = &entry.release {
                releases.names.insert(index, name.clone());
            }
            if entry.release.is_some() || number + 1 == entries.len() {
                ends.insert(index, Stop::Certain);
            } else if last_name.is_none_or(|last| number > last) {
                ends.insert(index, Stop::Possible);
            }
        }
        releases
    }

    /// Whether databases stand behind the migration of this index. Without a lock file they may stand behind each; with one,
    /// all that is not locked is run at once.
    pub(crate) fn stop(&self, index: usize) -> Option<Stop> {
        match &self.ends {
            None => Some(Stop::Possible),
            Some(ends) => ends.get(&index).copied(),
        }
    }

    /// The name of the release that the migration of this index ends, if it has one.
    pub fn name(&self, index: usize) -> Option<&str> {
        self.names.get(&index).map(String::as_str)
    }

    /// Names the release that the newest of `count` migrations ends. What each earlier one has been so far, it stays: one that
    /// was a release of its own gets its label for a name.
    ///
    /// # Errors
    /// What is wrong with the name.
    pub fn add(&mut self, name: &str, migrations: &[Migration], files: &Files) -> Result<(), String> {
        if name.trim().is_empty() || name.chars().any(char::is_control) {
            return Err("a release needs a name of printable characters".to_owned());
        }
        let Some(last) = migrations.len().checked_sub(1) else { return Ok(()) };
        let path = |index: usize| &files.get(migrations[index].file).path;
        if let Some((&index, _)) = self.names.iter().find(|&(&index, known)| known == name && index != last) {
            return Err(format!("`{name}` is the release that ends with {}", path(index)));
        }
        if let Some(known) = self.names.get(&last).filter(|known| *known != name) {
            return Err(format!(
                "{} ends the release `{known}` already, and nothing is new since",
                path(last)
            ));
        }
        for &index in self.ends.iter().flat_map(BTreeMap::keys) {
            self.names.entry(index).or_insert_with(|| migrations[index].label.clone());
        }
        self.names.insert(last, name.to_owned());
        Ok(())
    }
}
