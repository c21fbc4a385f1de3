//! What a program embeds of another tool, to adopt its databases: what that tool has of each file, and how its ledger is
//! read.

use std::borrow::Cow;
use std::sync::Arc;

use onward_core::tool::{Lag, Tool};
use rusqlite::types::Value;

/// The tool that a history comes from. Public only for the macro's expansion.
#[doc(hidden)]
#[derive(Debug)]
pub struct Origin {
    pub(crate) reader: &'static Reader,
    /// What the tool has of each migration, in the order of the history.
    pub(crate) files: Cow<'static, [Known]>,
}

/// Where that is. Public only for the macro's expansion.
#[doc(hidden)]
#[derive(Debug, Clone)]
pub enum OriginOf {
    /// In the program.
    Program(&'static Origin),
    /// In memory.
    Memory(Arc<Origin>),
}

/// What a tool has of a migration's file. Public only for the macro's expansion.
#[doc(hidden)]
#[derive(Debug, Clone)]
pub struct Known {
    /// What stands in the tool's ledger for the migration.
    pub(crate) key: Cow<'static, str>,
    /// The checksums that it takes for those of the file, with a space between; empty if it keeps none.
    pub(crate) sums: Cow<'static, str>,
    pub(crate) lag: Lag,
}

impl Known {
    /// Whether the tool takes this for a checksum of the file.
    pub(crate) fn has(&self, sum: &str) -> bool {
        self.sums.split(' ').any(|known| known == sum)
    }
}

/// How the ledger of a tool is read. Public only for the macro's expansion, which names the one that it needs, so that the others
/// are not in the program.
#[doc(hidden)]
#[derive(Debug)]
pub struct Reader {
    pub(crate) tool: Tool,
    /// The columns that are read.
    pub(crate) columns: &'static [&'static str],
    /// One more, which is NULL where it is not there.
    pub(crate) optional: Option<&'static str>,
    /// A column that the ledger of another tool of the same name has.
    pub(crate) lacks: Option<&'static str>,
    /// By which column the rows are ordered.
    pub(crate) order: &'static str,
    /// What the rows say.
    pub(crate) ran: fn(&[Vec<Value>]) -> Vec<Ran>,
}

impl Reader {
    /// Whose ledger it reads.
    pub fn tool(&self) -> Tool {
        self.tool
    }
}

/// What the ledger of a tool says of a migration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ran {
    pub(crate) key: String,
    /// The checksum of what has run, if the tool keeps one.
    pub(crate) sum: Option<String>,
    /// Whether it has run to its end; else nobody knows how far.
    pub(crate) is_done: bool,
    /// Whether all before it have run as well, without rows of their own.
    pub(crate) stands_for_all: bool,
}
