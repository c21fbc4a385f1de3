//! One migration: a file, where its statements are, and its hook.

use std::fmt;

use onward_core::checksum::Checksum;
use onward_core::token;

use super::hook::Hook;

/// The bytes of a statement in its file. Public only for the macro's expansion.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub struct Statement {
    pub(crate) start: u32,
    pub(crate) end: u32,
    /// Double quotes may be strings, as SQLite has it by default and onward does not.
    pub(crate) strings: bool,
    /// What it leaves on the connection ends with the migration.
    pub(crate) undone: bool,
}

/// A file and its statements. Public only for the macro's expansion.
///
/// A pointer is something that the loader of a program has to put right at each start, so there are few.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub struct File {
    /// Path, label, name and text, one right behind the other.
    pub(crate) whole: &'static str,
    /// Where the first three of them end.
    pub(crate) ends: [u32; 3],
    pub(crate) statements: &'static [Statement],
}

impl File {
    fn parts(&self) -> [&'static str; 4] {
        let [path, label, name] = self.ends.map(|end| end as usize);
        [&self.whole[..path], &self.whole[path..label], &self.whole[label..name], &self.whole[name..]]
    }
}

/// One migration of the embedded history.
#[derive(Clone)]
pub struct Migration {
    pub(crate) version: i64,
    pub(crate) up: File,
    pub(crate) checksum: Checksum,
    pub(crate) chain: Checksum,
    pub(crate) hook: Option<&'static Hook>,
    /// What takes it back.
    pub(crate) down: Option<&'static File>,
    /// Foreign keys are enforced while it runs, so that cascades fire.
    pub(crate) foreign_keys: bool,
}

impl Migration {
    /// Its number in the ledger, which rises in the order of the history: the number in its file name, or where that does
    /// not rise, is longer than 64 bits or no number at all, another that is made of it.
    ///
    /// ```
    /// # let migrations: onward::Migrations = onward::migrations!("../migrations");
    /// assert_eq!(migrations.list()[2].version(), 3);
    /// ```
    pub fn version(&self) -> i64 {
        self.version
    }

    /// The version as the file name writes it, leading zeros included.
    ///
    /// ```
    /// # let migrations: onward::Migrations = onward::migrations!("../migrations");
    /// assert_eq!(migrations.list()[2].label(), "0003");
    /// ```
    pub fn label(&self) -> &'static str {
        let [_, label, ..] = self.up.parts();
        label
    }

    /// The name behind the version.
    ///
    /// ```
    /// # let migrations: onward::Migrations = onward::migrations!("../migrations");
    /// assert_eq!(migrations.list()[2].name(), "attempts");
    /// ```
    pub fn name(&self) -> &'static str {
        let [_, _, name, _] = self.up.parts();
        name
    }

    /// The file it comes from, as it was called when the program was compiled.
    ///
    /// ```
    /// # let migrations: onward::Migrations = onward::migrations!("../migrations");
    /// assert!(migrations.list()[2].file().ends_with("migrations/0003_attempts.sql"));
    /// ```
    pub fn file(&self) -> &'static str {
        let [path, ..] = self.up.parts();
        path
    }

    /// The text of the file.
    ///
    /// ```
    /// # let migrations: onward::Migrations = onward::migrations!("../migrations");
    /// assert!(migrations.list()[2].sql().contains("CREATE TABLE attempts"));
    /// ```
    pub fn sql(&self) -> &'static str {
        let [.., text] = self.up.parts();
        text
    }

    /// SHA-256 over the text, to which neither comments nor white space count.
    ///
    /// ```
    /// # let migrations: onward::Migrations = onward::migrations!("../migrations");
    /// let sql = migrations.list()[2].sql();
    /// assert_eq!(onward::Checksum::of(sql), migrations.list()[2].checksum());
    /// assert_eq!(onward::Checksum::of(&format!("-- a comment\n{sql}")), migrations.list()[2].checksum());
    /// ```
    pub fn checksum(&self) -> Checksum {
        self.checksum
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
    /// static MIGRATIONS: onward::Migrations = onward::migrations!("../migrations", after = { 2 => fill });
    ///
    /// assert_eq!(MIGRATIONS.list()[1].hook(), Some("fill"));
    /// assert_eq!(MIGRATIONS.list()[2].hook(), None);
    /// ```
    pub fn hook(&self) -> Option<&'static str> {
        self.hook.map(|hook| hook.name)
    }

    /// The text of the file that takes it back, if there is one; see [`Migrator::revert`](crate::Migrator::revert).
    ///
    /// ```
    /// # let migrations: onward::Migrations = onward::migrations!("../tests/histories/downs");
    /// assert_eq!(migrations.list()[0].down_sql(), Some("DROP TABLE customers;\n"));
    /// ```
    pub fn down_sql(&self) -> Option<&'static str> {
        let [.., text] = self.down?.parts();
        Some(text)
    }

    /// What takes it back, as if it were a migration.
    pub(crate) fn back(&self) -> Option<Migration> {
        Some(Migration { up: *self.down?, hook: None, down: None, ..self.clone() })
    }

    /// The statements that run, in order.
    pub(crate) fn statements(&self) -> impl Iterator<Item = (&'static str, Statement)> + use<> {
        let text = self.sql();
        self.up
            .statements
            .iter()
            .map(move |statement| (&text[statement.start as usize..statement.end as usize], *statement))
    }

    /// The line and column of a byte of the text, both from one.
    pub(crate) fn position(&self, offset: usize) -> (usize, usize) {
        token::position(self.sql(), offset)
    }
}

/// On one line of a log: the SQL may be long, and [`Migration::sql`] has it.
impl fmt::Debug for Migration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Migration")
            .field("version", &self.version)
            .field("file", &self.file())
            .field("checksum", &format_args!("{}", self.checksum))
            .field("hook", &self.hook())
            .finish_non_exhaustive()
    }
}
