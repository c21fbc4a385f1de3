//! Which sample rows.

/// Which rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rows {
    /// A failure under these hits every database that is not empty.
    Mild,
    /// A failure under these hits a database that holds such data.
    Harsh,
}
