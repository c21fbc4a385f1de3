//! What becomes of the statements of a migration when it runs, and what is put back behind it.

use crate::kind::Kind;
use crate::setting::{InMigration, in_migration};

/// What becomes of a statement when its migration runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Run {
    /// It is run as it stands.
    Yes,
    /// It is run, and what it leaves on the connection is taken back after the migration.
    Undone,
    /// The runtime does what it asks for anyway.
    Implied,
    /// It has no effect inside a transaction or on the database file.
    WithoutEffect,
    /// It cannot be part of a migration.
    Never,
}

impl Kind {
    /// What becomes of such a statement.
    ///
    /// ```
    /// use onward_core::kind::Kind;
    /// use onward_core::run::Run;
    /// assert_eq!(Kind::of("CREATE TEMP TABLE scratch(a)").run(), Run::Undone);
    /// assert_eq!(Kind::of("PRAGMA journal_mode = WAL").run(), Run::WithoutEffect);
    /// assert_eq!(Kind::of("VACUUM").run(), Run::Never);
    /// ```
    pub fn run(&self) -> Run {
        match self {
            Kind::Transaction => Run::Implied,
            Kind::Rollback | Kind::Outside => Run::Never,
            Kind::Pragma(name) => match in_migration(name) {
                InMigration::Kept | InMigration::Works => Run::Yes,
                InMigration::Undone => Run::Undone,
                InMigration::Implied => Run::Implied,
                InMigration::LeftOut => Run::WithoutEffect,
            },
            Kind::Create { temporary: true, .. } => Run::Undone,
            Kind::Create { .. } | Kind::Alter { .. } | Kind::Drop { .. } | Kind::Other => Run::Yes,
        }
    }

    /// Whether such a statement is run at all.
    pub fn runs(&self) -> bool {
        matches!(self.run(), Run::Yes | Run::Undone)
    }
}

/// Asks for the statements that drop a connection's temporary objects, one a row. What is behind a virtual table goes
/// with it, so tables with pages of their own come last.
pub const DROP_TEMPORARY: &str = r#"
    SELECT printf('DROP %s IF EXISTS temp."%w"', type, name) FROM sqlite_temp_schema
    WHERE type IN ('trigger', 'view', 'table') AND name NOT LIKE 'sqlite\_%' ESCAPE '\'
    ORDER BY rootpage > 0, type DESC"#;
