//! What the macro's expansion calls. Not part of the public interface.

use onward_schema::Checksum;

pub use crate::migrations::Migration;
use crate::migrations::{Migrations, Statement};

/// What `migrations!` expands to.
pub const fn migrations(
    list: &'static [Migration],
    objects: &'static [&'static str],
    fingerprint: [u8; 32],
) -> Migrations {
    Migrations::new(list, objects, fingerprint)
}

/// What `migrations!` expands to beside its errors.
pub const fn refused() -> Migrations {
    Migrations::new(&[], &[], [0; 32])
}

/// One migration.
#[allow(clippy::too_many_arguments)]
pub const fn migration(
    version: i64,
    label: &'static str,
    name: &'static str,
    file: &'static str,
    text: &'static str,
    statements: &'static [Statement],
    checksum: [u8; 32],
    chain: [u8; 32],
) -> Migration {
    Migration {
        version,
        label,
        name,
        file,
        text,
        statements,
        checksum: Checksum(checksum),
        chain: Checksum(chain),
    }
}

/// A statement at these bytes of its file.
pub const fn statement(start: u32, end: u32, strings: bool, undone: bool) -> Statement {
    Statement { start, end, strings, undone }
}
