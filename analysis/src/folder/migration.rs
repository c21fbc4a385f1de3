//! One migration of a folder.

use onward_core::checksum::Checksum;

use super::statement::Statement;
use crate::file::{FileId, Place};

/// One migration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migration {
    /// Its number in the ledger, which rises in the order of the history: the number in the file name wherever that does.
    pub version: i64,
    /// The version as the file name writes it.
    pub label: String,
    /// The name behind the version.
    pub name: String,
    /// The file that goes forward.
    pub file: FileId,
    /// The file that goes back, if there is one.
    pub down: Option<FileId>,
    /// The statements of `file`, those that are left out included.
    pub statements: Vec<Statement>,
    /// The statements of `down`.
    pub down_statements: Vec<Statement>,
    /// Whether a directive asks for foreign keys to be enforced while it runs.
    pub foreign_keys: bool,
    /// Where `file` says that a function of the application runs after it, if it does.
    pub hook: Option<Place>,
    /// The checksum of `file`.
    pub checksum: Checksum,
    /// The chain up to and with this migration.
    pub chain: Checksum,
}

impl Migration {
    /// The statements that stand in this file: those of the migration, of what takes it back, or of both.
    pub(crate) fn of(&self, file: FileId) -> impl Iterator<Item = &Statement> {
        let up = self.statements.iter().filter(move |_| self.file == file);
        up.chain(self.down_statements.iter().filter(move |_| self.down == Some(file)))
    }
}
