//! What a program sets and calls for a run that is not the default.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rusqlite::Connection;

use crate::database::{self, Database, Work, sealed};
use crate::error::{ErrorKind, Result};
use crate::history::Migrations;
use crate::report::{Event, Readiness, Rehearsal, Report};
use crate::run::{self, Adopt, Adopting, Context, Copying, Goal, Options};
use crate::start::{self, Opening};

/// How migrations are to be applied. Made by [`Migrations::migrator`].
///
/// ```no_run
/// # fn run(migrations: &onward::Migrations) -> Result<(), onward::Error> {
/// use std::time::Duration;
/// let (conn, report) = migrations.migrator().lock_timeout(Duration::from_secs(5)).open("app.db")?;
/// println!("{report}");
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
pub struct Migrator<'m> {
    migrations: &'m Migrations,
    options: Options<'m>,
    opening: Opening,
}

impl<'m> Migrator<'m> {
    pub(crate) fn new(migrations: &'m Migrations) -> Migrator<'m> {
        Migrator { migrations, options: Options::default(), opening: start::patient }
    }

    pub(crate) fn context(&self) -> Context<'_> {
        Context { migrations: self.migrations, options: &self.options, file: None }
    }

    /// Sets how long to wait in all to acquire the exclusive lock while others migrate or write: two minutes by default. Then
    /// the run ends with [`ErrorKind::Locked`](crate::ErrorKind::Locked).
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// # let migrations: onward::Migrations = onward::migrations!("../migrations");
    /// # let mut conn = onward::rusqlite::Connection::open_in_memory()?;
    /// let patient = migrations.migrator().lock_timeout(Duration::from_secs(600));
    /// assert_eq!(patient.apply(&mut conn)?.applied.len(), 10);
    /// # Ok::<(), onward::Error>(())
    /// ```
    pub fn lock_timeout(mut self, timeout: Duration) -> Migrator<'m> {
        self.options.lock_timeout = timeout;
        self
    }

    /// Sets how long one attempt waits for the lock before [`Migrator::open`] closes its connection and begins again on a
    /// fresh one; 30 seconds by default, and never longer than what is left of [`Migrator::lock_timeout`].
    ///
    /// [`Migrator::apply`] has one connection only, and all its attempts are on that.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// # let migrations: onward::Migrations = onward::migrations!("../migrations");
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let path = folder.path().join("app.db");
    /// // Up to a minute in all, on a fresh connection every five seconds.
    /// let migrator =
    ///     migrations.migrator().lock_timeout(Duration::from_secs(60)).attempt_timeout(Duration::from_secs(5));
    /// let (_, report) = migrator.open(&path)?;
    /// assert_eq!(report.attempts, 1);
    /// # Ok::<(), onward::Error>(())
    /// ```
    pub fn attempt_timeout(mut self, timeout: Duration) -> Migrator<'m> {
        self.options.attempt_timeout = timeout;
        self
    }

    /// Calls a function for each [`Event`] of a run, for a progress bar or a log.
    ///
    /// It is called on the thread that migrates, from [`Event::Started`] to the commit with the lock held. If it panics,
    /// everything is rolled back before the panic goes on.
    ///
    /// ```
    /// use onward::Event;
    ///
    /// # let migrations: onward::Migrations = onward::migrations!("../migrations");
    /// # let mut conn = onward::rusqlite::Connection::open_in_memory().unwrap();
    /// let migrator = migrations.migrator().observer(|event| match event {
    ///     Event::Waiting { waited, .. } => eprint!("\rwaiting for the database, {} s", waited.as_secs()),
    ///     Event::Started { migration, number, of } => eprint!("\r{number} of {of}: {}", migration.name()),
    ///     _ => {}
    /// });
    /// assert_eq!(migrator.apply(&mut conn)?.applied.len(), 10);
    /// # Ok::<(), onward::Error>(())
    /// ```
    pub fn observer(mut self, observer: impl Fn(Event<'_>) + Send + Sync + 'm) -> Migrator<'m> {
        self.options.watch.observer = Some(Arc::new(observer));
        self
    }

    /// Writes how far the run is to a [`Readiness`], which other threads read.
    ///
    /// ```
    /// use onward::Readiness;
    ///
    /// static READINESS: Readiness = Readiness::new();
    ///
    /// # let migrations: onward::Migrations = onward::migrations!("../migrations");
    /// # let mut conn = onward::rusqlite::Connection::open_in_memory()?;
    /// migrations.migrator().readiness(&READINESS).apply(&mut conn)?;
    /// assert!(READINESS.is_ready());
    /// # Ok::<(), onward::Error>(())
    /// ```
    pub fn readiness(mut self, readiness: &'m Readiness) -> Migrator<'m> {
        self.options.watch.readiness = Some(readiness);
        self
    }

    /// Stops after the migration of this version, as [`Migration::version`](crate::Migration::version) has it or as a
    /// number in its file name; for one that is written otherwise there is [`Migrations::find`]. A database that has
    /// run later ones stays as it is: nothing is taken back.
    ///
    /// Before the last migration, the schema is compared with a replay in memory, as in [`Migrations::verify`].
    ///
    /// ```
    /// use onward::ErrorKind;
    ///
    /// # let migrations: onward::Migrations = onward::migrations!("../migrations");
    /// # let mut conn = onward::rusqlite::Connection::open_in_memory()?;
    /// let report = migrations.migrator().target(3).apply(&mut conn)?;
    /// assert_eq!(report.newest, Some(("0003".to_owned(), "attempts".to_owned())));
    /// // It goes on from there.
    /// assert_eq!(migrations.apply(&mut conn)?.applied.len(), 7);
    ///
    /// let unknown = migrations.migrator().target(11).apply(&mut conn).unwrap_err();
    /// assert!(matches!(unknown.kind(), ErrorKind::UnknownTarget { target: 11, .. }));
    /// # Ok::<(), onward::Error>(())
    /// ```
    pub fn target(mut self, version: i64) -> Migrator<'m> {
        self.options.target = Some(version);
        self
    }

    /// Copies the database before the first change, with SQLite's backup API and under the lock. Only a run that changes
    /// something makes a copy; an empty database is not copied.
    ///
    /// Each copy has a name of its own, which [`Report::backup`] tells: this path, and behind it the time, eight digits of the
    /// database's path and eight of chance, as in `app.db.backup-20261121T163000.123Z-4f0c21aa-9be1d7c3`. If the path is a
    /// folder, it lies in it, and its name begins with the database's. No file is ever replaced. A run that is about to make
    /// the same copy once more, since the last one failed, goes on with that one.
    ///
    /// All copies stay unless [`Migrator::keep`] says how many. `cargo onward restore` goes back to
    /// one.
    ///
    /// ```
    /// # let migrations: onward::Migrations = onward::migrations!("../migrations");
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("app.db");
    /// # migrations.migrator().target(1).open(&path)?;
    /// let (_, report) = migrations.migrator().backup(folder.path().join("before")).open(&path)?;
    /// let copy = onward::rusqlite::Connection::open(report.backup.unwrap())?;
    /// assert_eq!(migrations.status(&copy)?.pending(), 9);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// The run ends with [`ErrorKind::Backup`](crate::ErrorKind::Backup) before anything is changed if the copy cannot be made.
    pub fn backup(mut self, path: impl Into<PathBuf>) -> Migrator<'m> {
        self.options.backup = Some(Copying { to: path.into(), make: start::back_up });
        self
    }

    /// Sets how many copies of [`Migrator::backup`] to keep, the one that the run makes included: all by default.
    ///
    /// Older ones are removed when the migrations are committed, and never by a run that fails. Only regular files go whose
    /// names are exactly of that form, for this path and this database, and beside which nothing lies that SQLite has made
    /// for them. The time in the name says which are older.
    ///
    /// Nothing is removed for a database in memory, or one whose path is not known: [`Migrator::apply`] on a connection to a
    /// file whose name is not UTF-8. [`Migrator::open`] knows it.
    ///
    /// ```
    /// # let migrations: onward::Migrations = onward::migrations!("../migrations");
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("app.db");
    /// let backups = folder.path().join("before.db");
    /// for migration in migrations.list() {
    ///     migrations.migrator().target(migration.version()).backup(&backups).keep(3).open(&path)?;
    /// }
    /// assert_eq!(std::fs::read_dir(folder.path())?.count(), 1 + 3);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn keep(mut self, copies: usize) -> Migrator<'m> {
        self.options.keep = Some(copies);
        self
    }

    /// Recreates a database that cannot be migrated, for stores that can be rebuilt: [`Migrator::open`] moves it aside with its
    /// `-wal`, `-shm` and `-journal`, makes a new one, and says so in [`Report::recreated`].
    ///
    /// Only for what is wrong with the database itself: it is no database (or encrypted), corrupt, without a ledger, has
    /// run other migrations or newer ones, has changed by hand, or its rows make a migration fail. Never because of a
    /// lock, a permission, a full disk, or a history that does not run on an empty database either. Any number of
    /// processes may do this at once; a lock file, `<file>.onward-lock`, stays beside the database. But every process
    /// that uses the file has to open it like this: SQLite does not support moving a file that others have open.
    ///
    /// Nothing is deleted: the old files are there until you remove them, also if the process is killed while it moves them;
    /// the next one finishes that. Through a symbolic link the file is moved, and the new one made where it was.
    /// [`Migrator::apply`] cannot put another file under its caller's connection, and fails as without this.
    /// So does a history whose ledger has a name (`[ledger]` in `onward.toml`): the file holds tables of others.
    ///
    /// ```
    /// # let migrations: onward::Migrations = onward::migrations!("../migrations");
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("app.db");
    /// std::fs::write(&path, "anything but a database, which nobody can migrate".repeat(100))?;
    /// let (_, report) = migrations.migrator().or_recreate().open(&path)?;
    /// let recreated = report.recreated.unwrap();
    /// assert!(recreated.moved_to.exists() && recreated.reason.contains("not a database"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn or_recreate(mut self) -> Migrator<'m> {
        self.opening = start::recreate;
        self
    }

    /// Accepts a database that a newer program has migrated, if that program was proven to leave this release as it was:
    /// then there is nothing to migrate, and this one goes on with the statements that were proven. For a rolling deploy, in which an
    /// old process starts once more beside new ones.
    ///
    /// Both have to know of the release: `cargo onward release` records it before it is built, and the newer program is
    /// compiled with `onward.release` in its folder, without a word said of this release, and none allowed. What its migrations do to
    /// the tables of this release is to add columns, plain indexes and rows. It writes so into its ledger. What is proven is what
    /// stands in `query!`, `sql!` and their kin, and what a struct with a table writes; SQL that is given to rusqlite itself is not.
    ///
    /// With [`Migrator::or_recreate`], a newer database that is not accepted is moved aside, as without this.
    ///
    /// ```
    /// # let migrations: onward::Migrations = onward::migrations!("../migrations");
    /// # let mut conn = onward::rusqlite::Connection::open_in_memory()?;
    /// let report = migrations.migrator().accept_newer().apply(&mut conn)?;
    /// // How many migrations have run that this program does not have.
    /// assert_eq!(report.newer, 0);
    /// # Ok::<(), onward::Error>(())
    /// ```
    ///
    /// # Errors
    /// The run ends with [`ErrorKind::Newer`](crate::ErrorKind::Newer) as without this if it was not proven, and says why. So it
    /// does for [`Migrator::revert`] in any case.
    pub fn accept_newer(mut self) -> Migrator<'m> {
        self.options.accept_newer = Some(run::accept_newer);
        self
    }

    /// Adopts a database that has tables and no ledger, which is refused otherwise: finds out which migrations it has had,
    /// records them in a new ledger as adopted, and runs the others, all in one transaction.
    ///
    /// ```
    /// use onward::{Adopt, ErrorKind};
    ///
    /// # let migrations: onward::Migrations = onward::migrations!("../migrations");
    /// # let mut conn = onward::rusqlite::Connection::open_in_memory()?;
    /// // As a program made it that knew nothing of migrations.
    /// conn.execute_batch(migrations.list().get(0).unwrap().sql())?;
    /// let refused = migrations.apply(&mut conn).unwrap_err();
    /// assert!(matches!(refused.kind(), ErrorKind::NoLedger { .. }));
    /// let report = migrations.migrator().adopt(Adopt::Exact).apply(&mut conn)?;
    /// assert_eq!((report.adopted, report.applied.len()), (1, 9));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// The schema alone decides, but for [`Adopt::From`], which asks the ledger of another tool as well. So try it with
    /// [`Migrator::rehearse`] on a copy of a real database first, which lists what would be recorded as run without being
    /// run. Where the schema cannot tell, since migrations write nothing but rows, [`Adopt::At`] says which have run.
    ///
    /// # Errors
    /// The run ends with [`ErrorKind::NotAdopted`](crate::ErrorKind::NotAdopted),
    /// [`ErrorKind::Undecided`](crate::ErrorKind::Undecided), [`ErrorKind::Unrepeatable`](crate::ErrorKind::Unrepeatable) or
    /// [`ErrorKind::OtherLedger`](crate::ErrorKind::OtherLedger), and nothing is changed. For a version that the program does
    /// not have it ends with [`ErrorKind::UnknownVersion`](crate::ErrorKind::UnknownVersion), whatever the database.
    pub fn adopt(mut self, how: Adopt) -> Migrator<'m> {
        self.options.adopt = Some(Adopting { how, adopt: run::adopt, since: run::since });
        self
    }

    /// Says in which table another tool keeps its ledger, where [`Adopt::From`] adopts from it and the tool was told to
    /// use another one than its usual: `table-name` in `sqlx.toml`, `-table` of goose, `x-migrations-table` of
    /// golang-migrate.
    ///
    /// ```
    /// use onward::{Adopt, Tool};
    ///
    /// # let migrations: onward::Migrations = onward::migrations!("../migrations", from = "goose");
    /// # let mut conn = onward::rusqlite::Connection::open_in_memory()?;
    /// conn.execute_batch(migrations.list().first().unwrap().sql())?;
    /// conn.execute_batch(
    ///     "CREATE TABLE schema_history(id INTEGER PRIMARY KEY, version_id INTEGER, is_applied INTEGER);
    ///      INSERT INTO schema_history(version_id, is_applied) VALUES (0, 1), (1, 1)",
    /// )?;
    /// let from = migrations.migrator().adopt(Adopt::From(Tool::Goose));
    /// // The error names the table that looks like the ledger.
    /// let error = from.apply(&mut conn).unwrap_err();
    /// assert!(error.help().unwrap().contains("`schema_history`"), "{error}");
    /// let report = from.tool_table("schema_history").apply(&mut conn)?;
    /// assert_eq!((report.adopted, report.applied.len()), (1, 9));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// The run ends with [`ErrorKind::OtherLedger`](crate::ErrorKind::OtherLedger) if the table is not there, is not
    /// one of the tool's, or if the tool keeps none.
    pub fn tool_table(mut self, table: impl Into<String>) -> Migrator<'m> {
        self.options.tool_table = Some(table.into());
        self
    }

    /// Runs what is pending on a copy of the database, and tells how long the lock would be held, how much disk it needs, which
    /// rows would be lost and which foreign keys would dangle. The database itself is only read.
    ///
    /// The copy is a temporary file of SQLite's. It has none of the application's functions, so a history that calls
    /// them cannot be rehearsed. Hooks are called, on the copy. Of the settings, the target, the timeouts and
    /// [`Migrator::adopt`] count, and that [`Migrator::backup`] needs room.
    ///
    /// ```
    /// # let migrations: onward::Migrations = onward::migrations!("../migrations");
    /// # let mut conn = onward::rusqlite::Connection::open_in_memory()?;
    /// migrations.migrator().target(9).apply(&mut conn)?;
    /// let rehearsal = migrations.migrator().rehearse(&conn)?;
    /// assert_eq!(rehearsal.applied[0].name, "retries");
    /// assert!(rehearsal.rows.iter().all(|table| table.lost() == 0) && rehearsal.violations.is_empty());
    /// // The database itself is as it was.
    /// assert_eq!(migrations.status(&conn)?.pending(), 1);
    /// # Ok::<(), onward::Error>(())
    /// ```
    ///
    /// # Errors
    /// What would make [`Migrator::apply`] fail, but for foreign keys, which are told in the [`Rehearsal`].
    pub fn rehearse(&self, conn: &Connection) -> Result<Rehearsal> {
        start::rehearse(self.context(), conn).map_err(|error| error.on(conn))
    }

    /// For files that are there, until somebody asks to stop.
    #[cfg(feature = "fleet")]
    pub(crate) fn in_a_fleet(mut self, stop: Option<&'m std::sync::atomic::AtomicBool>) -> Migrator<'m> {
        self.opening = start::existing;
        self.options.stop = stop;
        self.options.proven = Some(Arc::default());
        self
    }

    pub(crate) fn without_rows(mut self) -> Migrator<'m> {
        self.options.without_rows = true;
        self
    }

    /// As [`Migrations::apply`], with these settings.
    ///
    /// ```
    /// # let migrations: onward::Migrations = onward::migrations!("../migrations");
    /// # let mut conn = onward::rusqlite::Connection::open_in_memory()?;
    /// let report = migrations.migrator().target(2).apply(&mut conn)?;
    /// println!("{report}");
    /// assert_eq!(report.applied.len(), 2);
    /// # Ok::<(), onward::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Migrations::apply`].
    pub fn apply(&self, conn: &mut Connection) -> Result<Report> {
        let context = self.context();
        start::apply(context, context.goal(), conn)
    }

    /// As [`Migrations::open`], with these settings, and returns the report as well.
    ///
    /// ```
    /// # let migrations: onward::Migrations = onward::migrations!("../migrations");
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let path = folder.path().join("app.db");
    /// let (conn, report) = migrations.migrator().open(&path)?;
    /// assert_eq!((report.applied.len(), report.total), (10, 10));
    /// conn.execute("INSERT INTO jobs(queue, payload) VALUES ('mail', '{}')", [])?;
    /// # Ok::<(), onward::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Migrations::open`].
    pub fn open(&self, path: impl AsRef<Path>) -> Result<(Connection, Report)> {
        start::open(self.context(), path.as_ref(), self.opening)
    }

    /// Takes back every migration after this version with its down file, the newest first and all or nothing: under the
    /// same lock, settings and checks as [`Migrator::apply`]. A version below the first takes back all. Down files are those
    /// of the layouts that have them, `0001_name.down.sql` and `0001_name/down.sql`.
    ///
    /// Rows that a migration has changed or dropped come back only if the down file brings them back, and what hooks
    /// have done stays. A database that is not further than this stays as it is. The program applies the migrations again
    /// when it next starts: this is for going back to an older program.
    ///
    /// ```
    /// use onward::ErrorKind;
    ///
    /// # let migrations: onward::Migrations = onward::migrations!("../tests/histories/downs");
    /// # let mut conn = onward::rusqlite::Connection::open_in_memory()?;
    /// migrations.apply(&mut conn)?;
    /// let report = migrations.migrator().revert(&mut conn, 1)?;
    /// let names: Vec<_> = report.reverted.iter().map(|migration| migration.name.as_str()).collect();
    /// assert_eq!(names, ["email", "orders"]);
    /// // As far back as it goes.
    /// assert_eq!(migrations.migrator().revert(&mut conn, 0)?.total, 0);
    /// # Ok::<(), onward::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Migrations::apply`]; [`ErrorKind::UnknownTarget`](crate::ErrorKind::UnknownTarget) if the program does not have the
    /// version, [`ErrorKind::NoDownFile`](crate::ErrorKind::NoDownFile) if one of them has no down file, and
    /// [`ErrorKind::Drift`](crate::ErrorKind::Drift) if the schema is not the one that was proven after that version, or
    /// something is left of what was taken back.
    pub fn revert(&self, conn: &mut Connection, version: i64) -> Result<Report> {
        start::apply(self.context(), Goal::back(self.migrations.list(), version), conn)
    }
}

impl Migrator<'static> {
    /// As [`Migrations::apply_on`], with these settings.
    ///
    /// ```
    /// # mod example {
    /// use std::time::Duration;
    ///
    /// use onward::{Database, Migrations, Report};
    ///
    /// async fn start<Driver>(migrations: &'static Migrations, db: impl Database<Driver>) -> onward::Result<Report> {
    ///     migrations.migrator().lock_timeout(Duration::from_secs(5)).apply_on(db).await
    /// }
    /// # }
    /// ```
    ///
    /// # Errors
    /// As there.
    ///
    /// # Panics
    /// As there.
    pub async fn apply_on<D: Database<Driver>, Driver>(self, db: D) -> Result<Report> {
        let no_connection = |source| ErrorKind::NoConnection { source };
        database::run(db, Apply(self)).await.map_err(no_connection)?
    }
}

/// A run on a [`Database`].
struct Apply(Migrator<'static>);

impl sealed::Work for Apply {}

impl Work for Apply {
    type Output = Result<Report>;

    const MIGRATES: bool = true;

    fn run(self, conn: &mut Connection) -> Result<Report> {
        self.0.apply(conn)
    }
}
