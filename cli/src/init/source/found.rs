//! What was found, and where.

/// A place in the source, with lines and columns from one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Spot {
    pub(crate) file: String,
    pub(crate) line: usize,
    pub(crate) column: usize,
}

/// What a source gives to SQLite.
#[derive(Debug, Default)]
pub(crate) struct Source {
    pub(crate) files: usize,
    /// Texts of SQL, in the order of the files and of what is in them.
    pub(crate) texts: Vec<(Spot, String)>,
    /// Calls that take SQL which is put together while the program runs, with how it begins where the source tells.
    pub(crate) unread: Vec<(Spot, Option<String>)>,
    /// Files that are no Rust, and why.
    pub(crate) broken: Vec<(String, String)>,
}
