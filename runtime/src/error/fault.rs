//! Whose fault an error is.

/// Whose fault an [`Error`](crate::Error) is, and so who can mend it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// What is in the database: its schema, its rows or its ledger do not go together with the history, or the file is
    /// damaged. On another database the same program would run.
    Database,
    /// What lies around it: locks, permissions, the disk, the system. Once that is mended, the same start succeeds.
    Environment,
    /// The program, or the user who started it: its connection, its settings, its hooks.
    Caller,
}
