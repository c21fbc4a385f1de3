//! What could not be put in order, so that what hangs on it is not judged.

use std::collections::HashSet;

use onward_core::kind::{Change, Kind};
use onward_core::statement::{Statement, statements};
use onward_core::token::{list, significant};

use super::migration::Migration;
use crate::file::{FileId, Files, Place};

/// What of a folder is part of no order, or of an order that nobody can tell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unseen {
    /// A file that may hold anything.
    pub(crate) anything: bool,
    /// What the files that were left out are about, in lower case.
    names: HashSet<String>,
    /// Files that have one version.
    pairs: Vec<(FileId, FileId)>,
    /// Files of the order whose statements are not known.
    files: HashSet<FileId>,
}

impl Unseen {
    /// Takes note of what a file is about that is left out.
    pub(crate) fn leave_out(&mut self, text: &str) {
        self.names.extend(all(text));
    }

    /// A file of the order whose statements are not known.
    pub(crate) fn leave_blank(&mut self, file: FileId, text: &str) {
        self.leave_out(text);
        self.files.insert(file);
    }

    /// Two files of which nobody knows which comes first.
    pub(crate) fn pair(&mut self, first: FileId, second: FileId) {
        self.pairs.push((first, second));
    }

    /// Whether the statements of this file are not known.
    pub(crate) fn is_blank(&self, file: FileId) -> bool {
        self.files.contains(&file)
    }

    /// Whether the folder is as a program would have it.
    pub(crate) fn is_nothing(&self) -> bool {
        *self == Unseen::default()
    }

    /// Whether what is found at a place may only be so because of what was not seen.
    pub(crate) fn explains(&self, place: &Place, migrations: &[Migration], files: &Files) -> bool {
        let file = place.file;
        let migration = migrations.iter().find(|one| one.file == file || one.down == Some(file));
        let Some(migration) = migration else { return !self.names.is_empty() };
        let at = place.range.start;
        let mut list = migration.of(file);
        let Some(statement) = list.find(|one| one.range.start <= at && at <= one.range.end) else {
            return false;
        };
        let names: HashSet<String> = words(&files.get(file).text[statement.range.clone()]).collect();
        let pairs = self.pairs.iter().filter(|(first, second)| *first == file || *second == file);
        !names.is_disjoint(&self.names)
            || pairs.into_iter().any(|&(first, second)| {
                let second = all(&files.get(second).text);
                all(&files.get(first).text).iter().any(|name| names.contains(name) && second.contains(name))
            })
    }
}

/// What a text is about.
fn all(text: &str) -> Vec<String> {
    statements(text).iter().flat_map(|statement| about(text, statement)).collect()
}

/// Words after which a table is named.
const BEFORE_TABLES: [&str; 6] = ["FROM", "INTO", "JOIN", "ON", "TABLE", "UPDATE"];

/// The tables and other objects that a statement makes, changes or takes away.
fn about(text: &str, statement: &Statement) -> Vec<String> {
    let names = match &statement.kind {
        Kind::Create { name, on, .. } => {
            [Some(name), on.as_ref()].into_iter().flatten().map(|name| name.text.clone()).collect()
        }
        Kind::Alter { table, change: Some(Change::RenameTable(to)) } => {
            vec![table.text.clone(), to.text.clone()]
        }
        Kind::Alter { table, .. } => vec![table.text.clone()],
        Kind::Drop { name, .. } => vec![name.text.clone()],
        _ => {
            let tokens = list(&text[statement.range.clone()]);
            let is_named = |word: &str| BEFORE_TABLES.iter().any(|before| word.eq_ignore_ascii_case(before));
            tokens
                .windows(2)
                .filter(|pair| is_named(pair[0].text))
                .filter_map(|pair| pair[1].name())
                .collect()
        }
    };
    names.into_iter().map(|name: String| name.to_ascii_lowercase()).collect()
}

fn words(sql: &str) -> impl Iterator<Item = String> {
    significant(sql).filter_map(|token| token.name()).map(|name| name.to_ascii_lowercase())
}
