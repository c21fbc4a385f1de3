//! The statements of a file, and what its directives allow for them.

use std::ops::Range;

use onward_core::kind::Kind;
use onward_core::statement;

use crate::file::Place;

/// `-- onward: allow(code) reason`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allow {
    /// The code it allows, by its name of today.
    pub code: String,
    /// The code as it is written, which may be an old name.
    pub written: String,
    /// Why, in the words of the file.
    pub reason: String,
    /// Where the directive stands.
    pub place: Place,
}

/// One statement of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The bytes of the file from its first token to its last, without the semicolon.
    pub range: Range<usize>,
    /// What it is.
    pub kind: Kind,
    /// What a directive allows for it.
    pub allows: Vec<Allow>,
}

impl Statement {
    /// Whether an `allow` directive names this code for it.
    pub fn allows(&self, code: &str) -> bool {
        self.allows.iter().any(|allow| allow.code == code)
    }
}

/// Cuts the text of a file into its statements; [`Statement::allows`] stays empty.
pub fn statements(text: &str) -> Vec<Statement> {
    let cut = statement::statements(text).into_iter();
    cut.map(|statement::Statement { range, kind }| Statement { range, kind, allows: Vec::new() }).collect()
}
