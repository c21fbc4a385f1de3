//! The history that a program has.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use onward_core::kind::Kind;
use onward_core::ledger::Ledger;
use onward_core::name::Ident;
use onward_core::packed::{Packed, PackedBuf};

use super::embedded::Embedded;
use super::list::List;
use super::migration::Migration;
use super::origin::{Origin, OriginOf};

/// A history of migrations, embedded by [`migrations!`](crate::migrations).
///
/// It holds no state: make it a `static` or a `const` and use it from anywhere.
#[derive(Clone)]
pub struct Migrations {
    /// For the expansion alone, which writes it as it is: were it the outcome of a call, a `const` could not be borrowed
    /// for longer than a statement.
    #[doc(hidden)]
    pub __source: Source,
    /// The tool whose databases it can adopt.
    #[doc(hidden)]
    pub __origin: Option<OriginOf>,
}

/// Where a history is.
#[doc(hidden)]
#[derive(Clone)]
pub enum Source {
    /// In the program.
    Embedded(Embedded<'static>),
    /// In memory.
    Packed(Arc<PackedBuf>),
}

/// A history that was packed in this process or another one of the same program, as the command line does it: without code
/// beside the SQL.
impl From<PackedBuf> for Migrations {
    fn from(packed: PackedBuf) -> Migrations {
        Migrations { __source: Source::Packed(Arc::new(packed)), __origin: None }
    }
}

impl fmt::Debug for Migrations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.list().iter().map(Migration::file)).finish()
    }
}

impl Migrations {
    /// Whether others make a table of this name.
    pub(crate) fn is_external(&self, table: &str) -> bool {
        self.packed().external().into_iter().any(|(name, _)| Ident(name) == table)
    }

    /// The table in which it is written what of it has run.
    pub(crate) fn ledger(&self) -> Ledger<'_> {
        self.packed().ledger()
    }

    /// The recorded release that it is; empty if it is none.
    pub(crate) fn release(&self) -> &str {
        self.packed().names().release
    }

    /// The recorded releases that work on the schema behind its last migration.
    pub(crate) fn works_with(&self) -> Vec<&str> {
        self.packed().names().works_with
    }

    /// The names that it gives to something of the database, or takes away, at any time and on its ways back; in lower case.
    pub(crate) fn owned(&self) -> BTreeSet<String> {
        let owned = self.list().texts().filter_map(|sql| match Kind::of(sql) {
            Kind::Create { temporary: true, .. } => None,
            Kind::Drop { name, .. } => Some(name),
            kind => kind.makes().cloned(),
        });
        owned.map(|name| name.text.to_ascii_lowercase()).collect()
    }

    /// The tool whose databases it can adopt.
    pub(crate) fn origin(&self) -> Option<&Origin> {
        match self.__origin.as_ref()? {
            OriginOf::Program(origin) => Some(origin),
            OriginOf::Memory(origin) => Some(origin),
        }
    }

    pub(crate) fn packed(&self) -> Packed<'_> {
        self.embedded().packed
    }

    /// The migrations in the order in which they run.
    ///
    /// ```
    /// # let migrations: onward::Migrations = onward::migrations!("../migrations");
    /// let labels: Vec<&str> = migrations.list().iter().map(|migration| migration.label()).collect();
    /// assert_eq!(labels[..3], ["0001", "0002", "0003"]);
    /// ```
    pub fn list(&self) -> List<'_> {
        List::new(self.embedded())
    }

    /// The migration that is meant by a version: its number in the ledger, or what its file name has, with or without leading
    /// zeros and the name. `None` if there is no such migration, or more than one.
    ///
    /// ```
    /// # let migrations: onward::Migrations = onward::migrations!("../migrations");
    /// assert_eq!(migrations.find("3").map(|found| found.label()), Some("0003"));
    /// assert_eq!(migrations.find("0003").map(|found| found.version()), Some(3));
    /// ```
    pub fn find(&self, version: &str) -> Option<Migration<'_>> {
        self.list().get(self.list().position(version)?)
    }

    fn embedded(&self) -> Embedded<'_> {
        match &self.__source {
            Source::Embedded(embedded) => *embedded,
            Source::Packed(packed) => Embedded { packed: packed.view(), hooks: &[] },
        }
    }
}
