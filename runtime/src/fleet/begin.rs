//! Where a program begins with many files.

use std::time::Duration;

use super::settings::Fleet;
use crate::history::Migrations;
use crate::migrator::Migrator;

impl Migrations {
    /// Many files with this history, a database per tenant; see [`fleet`](crate::fleet). Needs the feature `fleet`.
    ///
    /// It waits ten seconds for a file that others have locked, once all others have ended; [`Migrator::fleet`] for other settings.
    ///
    /// ```
    /// # let migrations: onward::Migrations = onward::migrations!("../migrations");
    /// # let folder = tempfile::tempdir()?;
    /// # migrations.migrator().target(9).open(folder.path().join("1.db"))?;
    /// let tenants = std::fs::read_dir(folder.path())?.filter_map(|entry| Some(entry.ok()?.path()));
    /// let sweep = migrations.fleet().apply(tenants)?;
    /// assert!(sweep.is_done());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn fleet(&self) -> Fleet<'_> {
        self.migrator().lock_timeout(Duration::from_secs(10)).fleet()
    }
}

impl<'m> Migrator<'m> {
    /// Many files, each with these settings; see [`Migrations::fleet`]. Copies of [`Migrator::backup`] may lie in one folder: their
    /// names tell them apart, and [`Migrator::keep`] counts those of each file.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// # let migrations: onward::Migrations = onward::migrations!("../migrations");
    /// let mut fleet = migrations.migrator().lock_timeout(Duration::from_secs(30)).fleet();
    /// assert_eq!(fleet.apply(Vec::<String>::new())?.files(), 0);
    /// # Ok::<(), onward::Error>(())
    /// ```
    pub fn fleet(self) -> Fleet<'m> {
        Fleet::new(self)
    }
}
