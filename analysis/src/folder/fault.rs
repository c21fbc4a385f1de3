//! What is wrong with a folder and its files, as data. The checks have the words.

use std::io;
use std::path::PathBuf;

use super::bad_name::BadName;
use super::directive;
use super::layout::Layout;
use super::order::{Order, Versions};
use super::parts::Unread;
use super::regular;
use super::tool::Tool;
use crate::file::{FileId, Place};

/// What is wrong with a folder. [`analyzed`](crate::analyzed) tells it.
#[derive(Debug, Default)]
pub struct Faults(pub(crate) Vec<Fault>);

/// Something that is wrong with a folder.
#[derive(Debug)]
pub(crate) enum Fault {
    /// A folder cannot be read.
    Folder { file: FileId, dir: PathBuf, error: io::Error },
    /// It has no migrations.
    NoMigrations { file: FileId, dir: PathBuf },
    /// A file cannot be read.
    Unreadable { file: FileId, path: String, problem: regular::Problem },
    /// A file is not UTF-8 from the byte behind `valid`.
    NotUtf8 { place: Place, path: String, bytes: Vec<u8>, valid: usize },
    /// A file has a NUL byte.
    Nul { place: Place, path: String },
    /// These files are not named as migrations.
    BadName { file: FileId, paths: Vec<String>, name: BadName },
    /// No number is left for a file in the ledger.
    NoNumber { file: FileId, path: String },
    /// A file takes back a migration that is not there.
    DownWithoutUp { file: FileId, path: String },
    /// These files are of another layout than most.
    MixedLayouts { file: FileId, paths: Vec<String>, layout: Layout },
    /// A file has the version of an earlier migration, by its index.
    DuplicateVersion { file: FileId, earlier: usize },
    /// The folder may be ordered in another way than it is.
    OtherOrder { versions: Versions, order: Order },
    /// These files are another tool's.
    OtherTool { found: Vec<(FileId, Unread)> },
    /// The SQL is another database's, as the tool's own file says here.
    OtherDialect { place: Place, tool: Tool, dialect: String },
    /// drizzle's journal cannot be read.
    Journal { file: FileId, problem: String },
    /// Files that drizzle's journal names are not there.
    NotThere { file: FileId, paths: Vec<String> },
    /// drizzle's journal does not name these files.
    Unlisted { file: FileId, paths: Vec<String> },
    /// drizzle skips the first of two entries of its journal where the second has run.
    Skipped { entry: Place, tag: String, before: String },
    /// These files are migrations in code, which the tool would run.
    Code { file: FileId, paths: Vec<String>, tool: Tool },
    /// This mark asks the tool to run a file outside a transaction.
    Outside { file: FileId, mark: Place },
    /// A directive is not understood.
    Directive { place: Place, problem: directive::Problem },
    /// An `onward.toml` lies outside of the folder, where it is not read.
    Misplaced { file: FileId, dir: PathBuf },
    /// `onward.toml` cannot be used.
    Config { place: Place, problem: String },
}
