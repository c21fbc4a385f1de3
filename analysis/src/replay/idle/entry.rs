//! What `sqlite_schema` has of an object.

/// An entry of `sqlite_schema`.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) rowid: i64,
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) table: String,
    pub(super) root: Option<i64>,
    pub(super) sql: Option<String>,
}
