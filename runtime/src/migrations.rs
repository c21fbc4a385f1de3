//! The embedded history.

use std::path::Path;

use onward_core::checksum::Checksum;
use onward_core::name::Ident;
use onward_core::{token, version};
use onward_schema::Difference;
use onward_schema::stub::Function;
use rusqlite::Connection;

use crate::error::{Error, Result};
use crate::hook::Hook;
use crate::migrator::Migrator;
use crate::rehearse::Rehearsal;
use crate::report::Report;
use crate::status::Status;
use crate::verify;

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
#[derive(Debug, Clone)]
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
    pub fn version(&self) -> i64 {
        self.version
    }

    /// The version as the file name writes it, leading zeros included.
    pub fn label(&self) -> &'static str {
        let [_, label, ..] = self.up.parts();
        label
    }

    /// The name behind the version.
    pub fn name(&self) -> &'static str {
        let [_, _, name, _] = self.up.parts();
        name
    }

    /// The file it comes from, as it was called when the program was compiled.
    pub fn file(&self) -> &'static str {
        let [path, ..] = self.up.parts();
        path
    }

    /// The text of the file.
    pub fn sql(&self) -> &'static str {
        let [.., text] = self.up.parts();
        text
    }

    /// SHA-256 over the text, to which neither comments nor white space count.
    pub fn checksum(&self) -> Checksum {
        self.checksum
    }

    /// The function that runs after its statements, as [`migrations!`](crate::migrations) names it: `after = { 3 =>
    /// backfill::hash_messages }`. It is code, and no part of the checksum.
    pub fn hook(&self) -> Option<&'static str> {
        self.hook.map(|hook| hook.name)
    }

    /// The text of the file that takes it back, if there is one; see [`Migrator::revert`].
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

/// A history of migrations, embedded by [`migrations!`](crate::migrations).
///
/// It holds no state: make it a `static` or a `const` and use it from anywhere.
#[derive(Debug, Clone)]
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
}

impl Migrations {
    pub(crate) const fn new(
        list: &'static [Migration],
        objects: &'static [&'static str],
        fingerprint: [u8; 32],
    ) -> Migrations {
        Migrations { list, objects, fingerprint, functions: &[], collations: &[], sqlite: 0, external: &[] }
    }

    /// Whether this SQLite is new enough; that is asked of a number, so that it costs nothing.
    pub(crate) fn fit(&self, found: i32) -> Result<()> {
        if found >= self.sqlite {
            return Ok(());
        }
        let (major, minor, patch) = (self.sqlite / 1_000_000, self.sqlite / 1000 % 1000, self.sqlite % 1000);
        let patch = if patch > 0 { format!(".{patch}") } else { String::new() };
        let needed = format!("{major}.{minor}{patch}");
        Err(Error::OldSqlite { path: None, needed, found: rusqlite::version() })
    }

    /// Whether others make a table of this name.
    pub(crate) fn is_external(&self, table: &str) -> bool {
        self.external.iter().any(|(name, _)| Ident(name) == table)
    }

    /// The migrations in the order in which they run.
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

    /// Opens or creates a database file, brings it up to date and hands over the connection.
    ///
    /// The connection has SQLite's and rusqlite's own settings; see [`Migrator::open`] for the report. While others have the
    /// lock, this tries for 30 seconds on one connection, then on a fresh one, and gives up after two minutes;
    /// [`Migrator::attempt_timeout`] and [`Migrator::lock_timeout`] say otherwise.
    ///
    /// # Errors
    /// As [`Migrations::apply`], and if the file cannot be opened or created: an [`Error`](crate::Error) that says why;
    /// [`Error::EmptyPath`](crate::Error::EmptyPath) if the path is empty.
    pub fn open(&self, path: impl AsRef<Path>) -> Result<Connection> {
        self.migrator().open(path).map(|(conn, _)| conn)
    }

    /// Runs what is pending on a connection, all or nothing.
    ///
    /// An up-to-date database costs one read and no lock. Otherwise everything runs inside one `BEGIN EXCLUSIVE`, with
    /// the ledger read again under the lock, so that many processes may call this at once. Under WAL, others read on
    /// meanwhile; under a rollback journal they have to wait. The settings that a run changes are afterwards what they were
    /// before; code beside a migration may leave others changed, such as `cache_size`. A busy handler that the application
    /// has set stays in force, and may make each try for the lock longer.
    ///
    /// So does an authorizer. One that denies makes the run fail, and everything is rolled back. One that answers `Ignore`
    /// changes what statements do, and cannot be seen: a rebuild of a table may lose rows. Migrate on a connection without
    /// one.
    ///
    /// # Errors
    /// Any [`Error`](crate::Error); each leaves the database as it was, but for
    /// [`Error::Settings`](crate::Error::Settings).
    pub fn apply(&self, conn: &mut Connection) -> Result<Report> {
        self.migrator().apply(conn)
    }

    /// What has run on a database and what is pending. It only reads.
    ///
    /// It looks at every row of the ledger, and so tells of an edit that [`Migrations::apply`], which compares the newest
    /// chain alone, has no reason to notice.
    ///
    /// # Errors
    /// [`Error::Sqlite`](crate::Error::Sqlite) if the database cannot be read.
    pub fn status(&self, conn: &Connection) -> Result<Status> {
        Status::read(self, conn)
    }

    /// Whether a database's schema is what its ledger says: where it is not, in words; nothing if it is, or if the
    /// database is empty. It only reads, and looks only at what the history makes.
    ///
    /// What a pending migration makes should not be there yet: if it is, perhaps its row in the ledger was removed by hand.
    ///
    /// The history up to the ledger's version is replayed in memory, unless that is the last and the schema the proven
    /// one.
    ///
    /// ```
    /// # let migrations: onward::Migrations = onward::migrations!("../migrations");
    /// # let mut conn = onward::rusqlite::Connection::open_in_memory()?;
    /// migrations.apply(&mut conn)?;
    /// conn.execute_batch("ALTER TABLE jobs ADD COLUMN note TEXT")?;
    /// let differences = migrations.verify(&conn)?;
    /// assert_eq!(differences[0].to_string(), "table `jobs`: column `note` should not be there");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// If the database cannot be read, or ledger and program do not agree about what has run.
    pub fn verify(&self, conn: &Connection) -> Result<Vec<Difference>> {
        verify::verify(self, conn).map_err(|error| error.on(conn))
    }

    /// Runs what is pending on a copy; see [`Migrator::rehearse`].
    ///
    /// # Errors
    /// As [`Migrator::rehearse`].
    pub fn rehearse(&self, conn: &Connection) -> Result<Rehearsal> {
        self.migrator().rehearse(conn)
    }

    /// A builder for what is not the default.
    pub fn migrator(&self) -> Migrator<'_> {
        Migrator::new(self)
    }
}

/// Which of these migrations is meant by a version.
pub(crate) fn position(list: &[Migration], version: &str) -> Option<usize> {
    version::find(version, list.iter().map(|found| (found.version, found.label(), found.name())))
}
