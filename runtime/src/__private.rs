//! What the macro's expansion and the command call. Not part of the public interface.

use onward_core::checksum::Checksum;
pub use onward_core::tool::Lag;
pub use onward_schema::Classes;
pub use onward_schema::stub::Function;
use rusqlite::Row;
use rusqlite::types::ToSql;

pub use crate::file::system::{FileCall, watch_files};
use crate::history::Migrations;
pub use crate::history::{Call, File, Hook, Known, Migration, Origin, Reader, Statement, call};
pub use crate::row::fields::{
    Column, Field, Fields, Part, Target, Use, Values, Writable, WritableFields, check, check_distinct,
    check_insert, check_value, insert, names, refuse, select, update,
};
use crate::row::{Execute, Query};
pub use crate::row::{Nullable, Stored};
pub use crate::start::{is_named_as_copy, put_by};

/// How the ledgers of other tools are read.
pub mod other {
    pub use crate::other::*;
}

/// What `migrations!` expands to.
pub const fn migrations(
    list: &'static [Migration],
    objects: &'static [&'static str],
    fingerprint: [u8; 32],
) -> Migrations {
    Migrations::new(list, objects, fingerprint)
}

/// A history beside tables that others make, each with the statement that makes its stub.
pub const fn external(
    migrations: Migrations,
    external: &'static [(&'static str, &'static str)],
) -> Migrations {
    Migrations { external, ..migrations }
}

/// A history that calls functions or collations of the application.
pub const fn stubs(
    migrations: Migrations,
    functions: &'static [Function<'static>],
    collations: &'static [&'static str],
) -> Migrations {
    Migrations { functions, collations, ..migrations }
}

/// A function of the application; -1 stands for any number of arguments.
pub const fn function(name: &'static str, arguments: i32, deterministic: bool) -> Function<'static> {
    Function { name, arguments, deterministic }
}

/// A history whose databases another tool has made.
pub const fn from(migrations: Migrations, origin: &'static Origin) -> Migrations {
    Migrations { origin: Some(origin), ..migrations }
}

/// What another tool has of the files of a history, and how its ledger is read.
pub const fn origin(reader: &'static Reader, files: &'static [Known]) -> Origin {
    Origin { reader, files }
}

/// What another tool has of a file: its name for it, and its checksums with a space between.
pub const fn known(key: &'static str, sums: &'static str, lag: Lag) -> Known {
    Known { key, sums, lag }
}

/// A history that needs this SQLite, as SQLite numbers its versions.
pub const fn needs(migrations: Migrations, sqlite: i32) -> Migrations {
    Migrations { sqlite, ..migrations }
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
    Migrations::new(&[], &[], [0; 32])
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

/// A file: path, label, name and text, one right behind the other, and where the first three of them end.
pub const fn file(whole: &'static str, ends: [u32; 3], statements: &'static [Statement]) -> File {
    File { whole, ends, statements }
}

/// One migration.
pub const fn migration(version: i64, up: File, checksum: [u8; 32], chain: [u8; 32]) -> Migration {
    let (checksum, chain) = (Checksum(checksum), Checksum(chain));
    Migration { version, up, checksum, chain, foreign_keys: false, hook: None, down: None }
}

/// A migration that runs with foreign keys on.
pub const fn foreign_keys(migration: Migration) -> Migration {
    Migration { foreign_keys: true, ..migration }
}

/// Code of the application.
pub const fn hook(name: &'static str, call: Call) -> Hook {
    Hook { name, call }
}

/// A migration with code of the application after its statements.
pub const fn after(migration: Migration, hook: &'static Hook) -> Migration {
    Migration { hook: Some(hook), ..migration }
}

/// A migration with the file that takes it back.
pub const fn down(migration: Migration, file: &'static File) -> Migration {
    Migration { down: Some(file), ..migration }
}

/// A statement at these bytes of its file.
pub const fn statement(start: u32, end: u32, strings: bool, undone: bool) -> Statement {
    Statement { start, end, strings, undone }
}

/// What `query!` and its kin expand to for a statement that gives rows.
pub fn query<'p, T, const N: usize>(
    (sql, read): (&'static str, fn(&Row<'_>) -> rusqlite::Result<T>),
    parameters: [&'p dyn ToSql; N],
) -> Query<'p, T, N> {
    Query::new(sql, read, parameters)
}

/// What `query!` expands to for a statement that gives none.
pub fn execute<'p, const N: usize>(sql: &'static str, parameters: [&'p dyn ToSql; N]) -> Execute<'p, N> {
    Execute::new(sql, parameters)
}

/// The classes of these bits.
pub const fn classes(integer: bool, real: bool, text: bool, blob: bool) -> Classes {
    let mut classes = Classes::NONE;
    if integer {
        classes = classes.or(Classes::INTEGER);
    }
    if real {
        classes = classes.or(Classes::REAL);
    }
    if text {
        classes = classes.or(Classes::TEXT);
    }
    if blob {
        classes = classes.or(Classes::BLOB);
    }
    classes
}
