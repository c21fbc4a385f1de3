//! What the macro's expansion and the command call. Not part of the public interface.

use std::borrow::Cow;
use std::sync::Arc;

pub use onward_core::tool::Lag;
pub use onward_schema::Classes;
use rusqlite::{Connection, Row};

use crate::error::Result;
pub use crate::file::system::{FileCall, watch_files};
pub use crate::history::{Embedded, Hook, Known, Origin, OriginOf, Reader, Source, call};
use crate::history::{Migration, Migrations};
#[cfg(feature = "test-hook")]
pub use crate::hook_test::{Samples, changes, opener, test_hook};
use crate::report::{Phase, Readiness, Report};
pub use crate::row::argument::Argument;
pub use crate::row::convert::{
    Anything, Bound, Readable, Through, get, optional, or_default, read, read_optional, through,
};
pub use crate::row::fields::{
    Column, Field, Fields, Target, Use, Values, Writable, WritableFields, check, check_value, column, refuse,
};
pub use crate::row::list::List;
pub use crate::row::names::{Part, check_distinct, check_insert, check_upsert, names};
pub use crate::row::parameter::Parameter;
pub use crate::row::statement::{insert, select, update, upsert};
pub use crate::row::typed::{list, tag, taken, typed};
pub use crate::row::wrong::{GivesNoRows, GivesRows};
use crate::row::{Execute, Query};
pub use crate::row::{Nullable, Stored, never_null, vouched};
use crate::start::quietly;
pub use crate::start::{is_named_as_copy, put_by};

/// How the ledgers of other tools are read.
pub mod other {
    pub use crate::other::*;
}

/// What another tool has of the files of a history, and how its ledger is read.
pub const fn origin(reader: &'static Reader, files: &'static [Known]) -> Origin {
    Origin { reader, files: Cow::Borrowed(files) }
}

/// What another tool has of a file: its name for it, and its checksums with a space between.
pub const fn known(key: &'static str, sums: &'static str, lag: Lag) -> Known {
    Known { key: Cow::Borrowed(key), sums: Cow::Borrowed(sums), lag }
}

/// Whether a migration asks for foreign keys to be on while it runs.
pub fn foreign_keys(migration: crate::history::Migration<'_>) -> bool {
    migration.foreign_keys()
}

/// The table of its ledger.
pub fn ledger(migrations: &Migrations) -> &str {
    migrations.ledger().table()
}

/// As `Migrations::apply`, on a database that stands for one that has rows, and has none itself: what reads and writes them is only
/// prepared. Nobody is told.
pub fn apply_without_rows(migrations: &Migrations, conn: &Connection) -> Result<Report> {
    let migrator = migrations.migrator().without_rows();
    let context = migrator.context();
    quietly(context, context.goal()?, conn)
}

/// For a run that is not on a file.
pub fn set_phase(readiness: &Readiness, phase: Phase) {
    readiness.set(phase);
}

/// A history whose databases another tool has made, by what that tool has of each file: its name for it, its checksums with a
/// space between, and how far a database may be ahead.
pub fn from(
    migrations: &Migrations,
    reader: &'static Reader,
    files: impl IntoIterator<Item = (String, String, Lag)>,
) -> Migrations {
    let known = |(key, sums, lag)| Known { key: Cow::Owned(key), sums: Cow::Owned(sums), lag };
    let files = files.into_iter().map(known).collect();
    let origin = Some(OriginOf::Memory(Arc::new(Origin { reader, files: Cow::Owned(files) })));
    Migrations { __origin: origin, ..migrations.clone() }
}

/// Whether code of the application runs after a migration, here or elsewhere.
pub fn has_code(migration: Migration<'_>) -> bool {
    migration.has_code()
}

/// What `migrations!` expands to if nobody has said which SQLite runs them: with the one that is compiled in, that is the
/// one that has proven them.
#[cfg(feature = "bundled")]
pub const SQLITE_OF_THE_REPLAY: () = ();
#[cfg(not(feature = "bundled"))]
#[deprecated(
    note = "the migrations are proven on the newest SQLite, and this program links another one, which may be older: the \
            feature `bundled` is off\nhelp: write the oldest that it meets into onward.toml beside the migrations: \
            `[engine]`, and below it `sqlite = \"3.40\"`"
)]
pub const SQLITE_OF_THE_REPLAY: () = ();

/// What `migrations!` expands to beside its errors.
pub const fn refused() -> Migrations {
    Migrations { __source: Source::Embedded(Embedded::new("", b"", &[])), __origin: None }
}

/// What `snapshot!` expands to.
#[cfg(feature = "snapshot")]
pub const fn snapshot(
    size: usize,
    parts: &'static [(usize, &'static [u8])],
    times: &'static [usize],
) -> crate::Snapshot {
    crate::Snapshot::new(size, parts, times)
}

/// A value for a parameter.
pub fn parameter<T: Parameter>(value: &T) -> Argument<'_> {
    Argument::Value(value)
}

/// How the rows of a statement are read, whichever of its combinations is run.
pub fn reader<T>(read: fn(&Row<'_>) -> rusqlite::Result<T>) -> fn(&Row<'_>) -> rusqlite::Result<T> {
    read
}

/// What `query!` and its kin expand to for a statement that gives rows.
pub fn query<'p, T, const N: usize>(
    (sql, read): (&'static str, fn(&Row<'_>) -> rusqlite::Result<T>),
    parameters: [Argument<'p>; N],
) -> Query<'p, T, N> {
    Query::new(sql, read, parameters)
}

/// What `query!` expands to for a statement that gives none.
pub fn execute<'p, const N: usize>(sql: &'static str, parameters: [Argument<'p>; N]) -> Execute<'p, N> {
    Execute::new(sql, parameters)
}
