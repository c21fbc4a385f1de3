//! The list of all migrations, as it is embedded in the program.

use std::fmt;

use onward_core::name::Ident;
use onward_core::version;
use onward_schema::stub::Function;

use super::migration::Migration;
use super::origin::Origin;

/// A history of migrations, embedded by [`migrations!`](crate::migrations).
///
/// It holds no state: make it a `static` or a `const` and use it from anywhere.
#[derive(Clone)]
pub struct Migrations {
    pub(crate) list: &'static [Migration],
    /// The names of everything the history makes, in lower case and sorted.
    pub(crate) objects: &'static [&'static str],
    /// The fingerprint of these objects after the last migration.
    pub(crate) fingerprint: [u8; 32],
    /// Functions of the application that the history calls, for a schema that is made in memory to compare with.
    pub(crate) functions: &'static [Function<'static>],
    /// Its collations.
    pub(crate) collations: &'static [&'static str],
    /// The oldest SQLite that runs them, as SQLite numbers its versions.
    pub(crate) sqlite: i32,
    /// The tables that others make, and what stands in for each where only the schema matters.
    pub(crate) external: &'static [(&'static str, &'static str)],
    /// The tool whose databases it can take over.
    pub(crate) origin: Option<&'static Origin>,
}

impl fmt::Debug for Migrations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.list.iter().map(Migration::file)).finish()
    }
}

impl Migrations {
    pub(crate) const fn new(
        list: &'static [Migration],
        objects: &'static [&'static str],
        fingerprint: [u8; 32],
    ) -> Migrations {
        Migrations {
            list,
            objects,
            fingerprint,
            functions: &[],
            collations: &[],
            sqlite: 0,
            external: &[],
            origin: None,
        }
    }

    /// Whether others make a table of this name.
    pub(crate) fn is_external(&self, table: &str) -> bool {
        self.external.iter().any(|(name, _)| Ident(name) == table)
    }

    /// The migrations in the order in which they run.
    ///
    /// ```
    /// # let migrations: onward::Migrations = onward::migrations!("../migrations");
    /// let labels: Vec<_> = migrations.list().iter().map(|migration| migration.label()).collect();
    /// assert_eq!(labels[..3], ["0001", "0002", "0003"]);
    /// ```
    pub const fn list(&self) -> &'static [Migration] {
        self.list
    }

    /// The migration that is meant by a version: its number in the ledger, or what its file name has, with or without leading
    /// zeros and the name. `None` if there is no such migration, or more than one.
    ///
    /// ```
    /// # let migrations: onward::Migrations = onward::migrations!("../migrations");
    /// assert_eq!(migrations.find("3").map(|found| found.label()), Some("0003"));
    /// assert_eq!(migrations.find("0003").map(|found| found.version()), Some(3));
    /// ```
    pub fn find(&self, version: &str) -> Option<&'static Migration> {
        position(self.list, version).map(|at| &self.list[at])
    }
}

/// Which of these migrations is meant by a version.
pub(crate) fn position(list: &[Migration], version: &str) -> Option<usize> {
    version::find(version, list.iter().map(|found| (found.version, found.label(), found.name())))
}
