//! A history before it is packed.

use std::borrow::Cow;

use crate::checksum::Checksum;

/// Everything of a history that a program needs to run it.
#[derive(Debug, Clone, Default)]
pub struct Source<'s> {
    /// The migrations in the order in which they run.
    pub steps: Vec<Step<'s>>,
    /// The names of everything the history makes, in lower case and sorted.
    pub objects: Vec<&'s str>,
    /// The fingerprint of these objects after the last migration.
    pub fingerprint: [u8; 32],
    /// The functions of the application that the history calls.
    pub functions: Vec<Function<'s>>,
    /// The collations of the application that the history uses.
    pub collations: Vec<&'s str>,
    /// The tables that others make, each with the statement that makes its stub.
    pub external: Vec<(&'s str, &'s str)>,
    /// The oldest SQLite that runs them, as SQLite numbers its versions.
    pub sqlite: i32,
    /// The table of its ledger; empty for the usual one.
    pub ledger: &'s str,
    /// The recorded release that the program is, as [`release::text`](crate::release::text) has it; empty if it is none.
    pub release: &'s str,
    /// The recorded releases that run on the schema after the last migration as they did on theirs.
    pub works_with: Vec<&'s str>,
}

/// A migration.
#[derive(Debug, Clone)]
pub struct Step<'s> {
    /// Its number in the ledger.
    pub version: i64,
    /// The sum of its text.
    pub checksum: Checksum,
    /// Whether foreign keys are enforced while it runs.
    pub foreign_keys: bool,
    /// Whether its file says that a function of the application runs after it.
    pub hook: bool,
    /// Its file.
    pub up: File<'s>,
    /// The file that takes it back.
    pub down: Option<File<'s>>,
}

/// A file of a migration.
#[derive(Debug, Clone)]
pub struct File<'s> {
    /// Its path.
    pub path: Cow<'s, str>,
    /// The version as the path writes it.
    pub label: &'s str,
    /// The name behind the version.
    pub name: &'s str,
    /// Its text.
    pub sql: &'s str,
    /// The statements that run, in order.
    pub statements: Vec<Statement>,
}

/// A statement that runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Statement {
    /// Where it begins in its file's text.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
    /// Whether double quotes may be strings in it, as SQLite has it by default and onward does not.
    pub strings: bool,
    /// Whether what it leaves on the connection ends with the migration.
    pub undone: bool,
}

/// A function of the application.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Function<'s> {
    /// Its name.
    pub name: &'s str,
    /// How many arguments it takes; any number if -1.
    pub arguments: i32,
    /// Whether it may stand in an index or a generated column.
    pub deterministic: bool,
    /// What it is calculated from.
    pub kind: FunctionKind,
}

/// What a function of the application is calculated from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum FunctionKind {
    /// Its arguments.
    #[default]
    Scalar,
    /// The rows of a group.
    Aggregate,
    /// The rows of a group or of a window, as the statement has it.
    Window,
}
