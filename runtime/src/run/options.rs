//! What a run is asked for.

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use onward_core::tool::Tool;
use onward_schema::Texts;
use rusqlite::Connection;

use super::copy::Copying;
use super::newer::AcceptNewer;
use crate::error::Result;
use crate::history::Migrations;
use crate::report::Watch;
use crate::settings::Settings;

/// What can be set before a run, each with what is done if it is not.
#[derive(Debug, Clone)]
pub(crate) struct Options<'o> {
    pub(crate) lock_timeout: Duration,
    pub(crate) attempt_timeout: Duration,
    pub(crate) target: Option<i64>,
    pub(crate) backup: Option<Copying>,
    pub(crate) keep: Option<usize>,
    pub(crate) adopt: Option<Adopting>,
    /// Whether a newer database is accepted: the function that finds out, so that a program has it only if it asks for it.
    pub(crate) accept_newer: Option<AcceptNewer>,
    /// The table of another tool's ledger, where it is not the tool's usual one.
    pub(crate) tool_table: Option<String>,
    pub(crate) watch: Watch<'o>,
    /// Whether the database stands for one that has rows, and has none itself.
    pub(crate) without_rows: bool,
    /// What another database of a fleet had, and was the proven schema: most have the same, to the letter.
    pub(crate) proven: Option<Arc<OnceLock<Texts>>>,
    /// Whether nobody wants to wait any more.
    pub(crate) stop: Option<&'o AtomicBool>,
}

impl Default for Options<'_> {
    fn default() -> Self {
        Options {
            lock_timeout: Duration::from_secs(120),
            attempt_timeout: Duration::from_secs(30),
            target: None,
            backup: None,
            keep: None,
            adopt: None,
            accept_newer: None,
            tool_table: None,
            watch: Watch::default(),
            without_rows: false,
            proven: None,
            stop: None,
        }
    }
}

/// How a database is adopted, and the functions that do it: a program that does not ask for it does not have it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Adopting {
    pub(crate) how: Adopt,
    pub(crate) adopt: fn(Adopt, Option<&str>, &Migrations, &Connection, &Settings<'_>) -> Result<usize>,
    /// Refuses a database in which so many have run by our ledger, and others by that of another tool.
    pub(crate) since: fn(Adopt, Option<&str>, &Migrations, usize, &Connection) -> Result<()>,
}

/// How a database that has tables and no ledger is adopted; see [`Migrator::adopt`](crate::Migrator::adopt).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Adopt {
    /// Its schema is exactly the one that was proven after one of the migrations. That one and those before it are taken
    /// as run, and the others run. Where several migrations leave that same schema, it is the last of them if what lies
    /// between writes no rows; else nobody can tell which have run, and the database is refused: see [`Adopt::At`].
    /// Hooks of the migrations that are taken as run are not called, and count as writing rows.
    ///
    /// Only what the history makes at any time is looked at; what else is there is not ours.
    ///
    /// ```
    /// use onward::Adopt;
    ///
    /// # let migrations: onward::Migrations = onward::migrations!("../migrations");
    /// # let mut conn = onward::rusqlite::Connection::open_in_memory()?;
    /// conn.execute_batch(migrations.list().first().unwrap().sql())?;
    /// let report = migrations.migrator().adopt(Adopt::Exact).apply(&mut conn)?;
    /// assert_eq!((report.adopted, report.applied.len()), (1, 9));
    /// # Ok::<(), onward::Error>(())
    /// ```
    Exact,
    /// As [`Adopt::Exact`] if that is so; else the database was grown by hand. CREATE and ADD COLUMN are passed over
    /// where there is something of that name, and run where there is not. A column that only a CREATE TABLE has is not made:
    /// without it the database is refused, unless the history begins with a schema without it and a later migration adds it.
    ///
    /// What writes rows, drops or rebuilds something runs only in a migration, or behind one, of which it is evident that it has
    /// not run: it makes a table or column which is missing and which no later migration takes away, or a table has its columns
    /// in the order from before, and it and all later ones leave another. And nothing may be there that it or a later one makes,
    /// but for what was there before as well. Anywhere else it might be the second time, and the database is refused. Before such
    /// a migration, or in the end if there is none, the schema has to be the proven one; if it is not, everything is rolled back.
    ///
    /// A database that has tables, and none of those that the history makes, is refused.
    ///
    /// ```
    /// use onward::Adopt;
    ///
    /// # let migrations: onward::Migrations = onward::migrations!("../migrations");
    /// # let mut conn = onward::rusqlite::Connection::open_in_memory()?;
    /// // The table of the first migration, without its index.
    /// conn.execute_batch(
    ///     "CREATE TABLE jobs (id INTEGER PRIMARY KEY, queue TEXT NOT NULL, state TEXT NOT NULL DEFAULT 'queued',
    ///      payload TEXT NOT NULL, created_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP)",
    /// )?;
    /// let exact = migrations.migrator().adopt(Adopt::Exact).apply(&mut conn);
    /// assert!(exact.is_err());
    /// migrations.migrator().adopt(Adopt::Reconcile).apply(&mut conn)?;
    /// assert!(migrations.verify(&conn)?.is_empty());
    /// # Ok::<(), onward::Error>(())
    /// ```
    Reconcile,
    /// It has had the migrations up to this version, whatever rows they write: you know, and the schema has to agree.
    /// They are taken as run, and the others run.
    ///
    /// ```
    /// use onward::{Adopt, ErrorKind};
    ///
    /// # let migrations: onward::Migrations = onward::migrations!("../migrations");
    /// # let mut conn = onward::rusqlite::Connection::open_in_memory()?;
    /// conn.execute_batch(migrations.list().get(0).unwrap().sql())?;
    /// // Its schema is not the one after the second migration.
    /// let second = migrations.migrator().adopt(Adopt::At(2)).apply(&mut conn);
    /// assert!(matches!(second.unwrap_err().kind(), ErrorKind::NotAdopted { .. }));
    /// assert_eq!(migrations.migrator().adopt(Adopt::At(1)).apply(&mut conn)?.adopted, 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    At(i64),
    /// Another tool has migrated it, and its ledger says which migrations it has had: those are taken as run, and the others
    /// run. Its table stays as it is.
    ///
    /// The program embeds what that tool has of each file: `migrations!("migrations", from = "sqlx")`. Every checksum in the
    /// ledger has to be that of the file, and the schema the one after the newest migration. Where the tool may have
    /// stopped in the midst of a migration, the schema decides if exactly one state fits it and no rows are in doubt; else
    /// the database is refused, and [`Adopt::At`] says it.
    ///
    /// Where the tool was told to keep its ledger in another table than its usual one,
    /// [`Migrator::tool_table`](crate::Migrator::tool_table) names it.
    ///
    /// ```
    /// use onward::{Adopt, Tool};
    ///
    /// // Any folder will do for a tool that only counts: rusqlite_migration.
    /// # let migrations: onward::Migrations = onward::migrations!("../migrations", from = "rusqlite_migration");
    /// # let mut conn = onward::rusqlite::Connection::open_in_memory()?;
    /// conn.execute_batch(migrations.list().first().unwrap().sql())?;
    /// conn.execute_batch("PRAGMA user_version = 1")?;
    /// let report = migrations.migrator().adopt(Adopt::From(Tool::RusqliteMigration)).apply(&mut conn)?;
    /// assert_eq!((report.adopted, report.applied.len()), (1, 9));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    From(Tool),
}
