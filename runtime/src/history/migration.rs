//! One migration: a file, where its statements are, and its hook.

use std::fmt;

use onward_core::checksum::Checksum;
use onward_core::packed::{PackedFile, PackedStep, Statement};
use onward_core::token;

use super::embedded::Embedded;
use super::hook::Hook;

/// One migration of a history: where it is, so that it costs nothing to make or to copy.
#[derive(Clone, Copy)]
pub struct Migration<'m> {
    embedded: Embedded<'m>,
    index: usize,
    /// Whether it is what takes the migration back, as if that were one.
    is_back: bool,
}

impl<'m> Migration<'m> {
    pub(crate) fn new(embedded: Embedded<'m>, index: usize) -> Migration<'m> {
        Migration { embedded, index, is_back: false }
    }

    /// Its number in the ledger, which rises in the order of the history: the number in its file name, or where that does
    /// not rise, is longer than 64 bits or no number at all, another that is made of it.
    ///
    /// ```
    /// # let migrations: onward::Migrations = onward::migrations!("../migrations");
    /// assert_eq!(migrations.list().get(2).unwrap().version(), 3);
    /// ```
    pub fn version(self) -> i64 {
        self.step().version
    }

    /// The version as the file name writes it, leading zeros included.
    ///
    /// ```
    /// # let migrations: onward::Migrations = onward::migrations!("../migrations");
    /// assert_eq!(migrations.list().get(2).unwrap().label(), "0003");
    /// ```
    pub fn label(self) -> &'m str {
        self.up().label
    }

    /// The name behind the version.
    ///
    /// ```
    /// # let migrations: onward::Migrations = onward::migrations!("../migrations");
    /// assert_eq!(migrations.list().get(2).unwrap().name(), "attempts");
    /// ```
    pub fn name(self) -> &'m str {
        self.up().name
    }

    /// The file it comes from, as it was called when the program was compiled.
    ///
    /// ```
    /// # let migrations: onward::Migrations = onward::migrations!("../migrations");
    /// assert!(migrations.list().get(2).unwrap().file().ends_with("migrations/0003_attempts.sql"));
    /// ```
    pub fn file(self) -> &'m str {
        self.up().path
    }

    /// The text of the file.
    ///
    /// ```
    /// # let migrations: onward::Migrations = onward::migrations!("../migrations");
    /// assert!(migrations.list().get(2).unwrap().sql().contains("CREATE TABLE attempts"));
    /// ```
    pub fn sql(self) -> &'m str {
        self.up().sql
    }

    /// SHA-256 over the text, to which neither comments nor white space count.
    ///
    /// ```
    /// # let migrations: onward::Migrations = onward::migrations!("../migrations");
    /// let sql = migrations.list().get(2).unwrap().sql();
    /// assert_eq!(onward::Checksum::of(sql), migrations.list().get(2).unwrap().checksum());
    /// assert_eq!(onward::Checksum::of(&format!("-- a comment\n{sql}")), migrations.list().get(2).unwrap().checksum());
    /// ```
    pub fn checksum(self) -> Checksum {
        self.step().checksum
    }

    /// The function that runs after its statements, as [`migrations!`](crate::migrations) names it: `after = { 3 =>
    /// backfill::hash_messages }`. It is code, and no part of the checksum.
    ///
    /// ```
    /// use onward::rusqlite::{Result, Transaction};
    ///
    /// fn fill(tx: &Transaction<'_>) -> Result<()> {
    ///     tx.execute("INSERT INTO queues(name) VALUES ('reports')", []).map(drop)
    /// }
    ///
    /// static MIGRATIONS: onward::Migrations = onward::migrations!("../tests/histories/hooked", after = { 9 => fill });
    ///
    /// assert_eq!(MIGRATIONS.find("9").unwrap().hook(), Some("fill"));
    /// assert_eq!(MIGRATIONS.find("10").unwrap().hook(), None);
    /// ```
    pub fn hook(self) -> Option<&'m str> {
        self.code().map(|hook| hook.name)
    }

    /// The text of the file that takes it back, if there is one; see [`Migrator::revert`](crate::Migrator::revert).
    ///
    /// ```
    /// # let migrations: onward::Migrations = onward::migrations!("../migrations");
    /// let goes_back = migrations.list().iter().filter(|migration| migration.down_sql().is_some());
    /// assert_eq!(goes_back.count(), 0);
    /// ```
    pub fn down_sql(self) -> Option<&'m str> {
        self.back().map(Migration::sql)
    }

    /// The sum of all migrations before it. It is made here, of each of them.
    pub(crate) fn chain_before(self) -> Checksum {
        let before = (0..self.index).map(|index| Migration { index, ..self }.step());
        before.fold(Checksum::default(), |chain, step| chain.chain(step.version, step.checksum))
    }

    /// Foreign keys are enforced while it runs, so that cascades fire.
    pub(crate) fn foreign_keys(self) -> bool {
        self.step().foreign_keys
    }

    /// The code beside it.
    pub(crate) fn code(self) -> Option<&'m Hook> {
        let mut hooks = self.embedded.hooks.iter();
        hooks.find(|hook| hook.at == self.index && !self.is_back)
    }

    /// Whether code of the application runs after it, here or elsewhere: its file says so.
    pub(crate) fn has_code(self) -> bool {
        !self.is_back && (self.step().hook || self.code().is_some())
    }

    /// What takes it back, as if it were a migration.
    pub(crate) fn back(self) -> Option<Migration<'m>> {
        let has_one = !self.is_back && self.step().down.is_some();
        has_one.then_some(Migration { is_back: true, ..self })
    }

    /// The statements that run, in order.
    pub(crate) fn statements(self) -> impl Iterator<Item = (&'m str, Statement)> + use<'m> {
        let file = self.up();
        let text = move |found: &Statement| file.sql.get(found.start..found.end).unwrap_or_default();
        file.statements().map(move |found| (text(&found), found))
    }

    /// The line and column of a byte of the text, both from one.
    pub(crate) fn position(self, offset: usize) -> (usize, usize) {
        token::position(self.sql(), offset)
    }

    fn step(self) -> PackedStep<'m> {
        self.embedded.packed.step(self.index)
    }

    /// The file that runs.
    fn up(self) -> PackedFile<'m> {
        let step = self.step();
        step.down.filter(|_| self.is_back).unwrap_or(step.up)
    }
}

/// On one line of a log: the SQL may be long, and [`Migration::sql`] has it.
impl fmt::Debug for Migration<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Migration")
            .field("version", &self.version())
            .field("file", &self.file())
            .field("checksum", &format_args!("{}", self.checksum()))
            .field("hook", &self.hook())
            .finish_non_exhaustive()
    }
}
