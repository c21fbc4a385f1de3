//! What a program calls on its embedded history.

use std::path::Path;

use onward_schema::Difference;
use rusqlite::Connection;

use crate::database::Database;
use crate::error::Result;
use crate::history::Migrations;
use crate::ledger;
use crate::migrator::Migrator;
use crate::report::{Rehearsal, Report, Status};
use crate::run;

impl Migrations {
    /// Opens or creates a database file, brings it up to date and hands over the connection.
    ///
    /// The connection has SQLite's and rusqlite's own settings, but that it keeps 256 prepared statements instead of 16 for
    /// [`query!`](crate::query!) and its kin; one of your own does with `set_prepared_statement_cache_capacity(256)`. See
    /// [`Migrator::open`] for the report. While others have the
    /// lock, this tries for 30 seconds on one connection, then on a fresh one, and gives up after two minutes;
    /// [`Migrator::attempt_timeout`] and [`Migrator::lock_timeout`] say otherwise.
    ///
    /// ```
    /// # let migrations: onward::Migrations = onward::migrations!("../migrations");
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let path = folder.path().join("app.db");
    /// let conn = migrations.open(&path)?;
    /// conn.execute("INSERT INTO jobs(queue, payload) VALUES ('mail', '{}')", [])?;
    ///
    /// let error = migrations.open(folder.path().join("missing/app.db")).unwrap_err();
    /// assert!(matches!(error.kind(), onward::ErrorKind::ParentMissing { .. }));
    /// # Ok::<(), onward::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Migrations::apply`], and if the file cannot be opened or created: an [`Error`](crate::Error) that says why;
    /// [`ErrorKind::EmptyPath`](crate::ErrorKind::EmptyPath) if the path is empty.
    pub fn open(&self, path: impl AsRef<Path>) -> Result<Connection> {
        self.migrator().open(path).map(|(conn, _)| conn)
    }

    /// Runs what is pending on a connection, all or nothing.
    ///
    /// An up-to-date database costs one read and no lock. Otherwise everything runs inside one `BEGIN EXCLUSIVE`, with
    /// the ledger read again under the lock, so that many processes may call this at once. Under WAL, others read on
    /// meanwhile; under a rollback journal they have to wait. The settings that a run changes are afterwards what they were
    /// before; a hook may leave others changed, such as `cache_size`. A busy handler that the application
    /// has set stays in force, and may make each try for the lock longer.
    ///
    /// So does an authorizer. One that denies makes the run fail, and everything is rolled back. One that answers `Ignore`
    /// changes what statements do, and cannot be seen: a rebuild of a table may lose rows. Migrate on a connection without
    /// one.
    ///
    /// ```
    /// # let migrations: onward::Migrations = onward::migrations!("../migrations");
    /// # let mut conn = onward::rusqlite::Connection::open_in_memory()?;
    /// let report = migrations.apply(&mut conn)?;
    /// assert_eq!(report.applied.len(), 10);
    /// assert!(migrations.apply(&mut conn)?.is_up_to_date());
    /// # Ok::<(), onward::Error>(())
    /// ```
    ///
    /// # Errors
    /// Any [`Error`](crate::Error). The database is as it was, but for three: after
    /// [`ErrorKind::Settings`](crate::ErrorKind::Settings) everything is applied; after
    /// [`ErrorKind::InDoubt`](crate::ErrorKind::InDoubt) everything is, or nothing; with
    /// [`ErrorKind::TransactionEnded`](crate::ErrorKind::TransactionEnded) a hook has ended the transaction, and what
    /// had run before it is committed or rolled back.
    pub fn apply(&self, conn: &mut Connection) -> Result<Report> {
        self.migrator().apply(conn)
    }

    /// As [`Migrations::apply`], on a connection that is elsewhere: tokio-rusqlite's, one of a pool, and what else is a
    /// [`Database`]. The migrations have to be a `static`.
    ///
    /// ```
    /// # mod example {
    /// use onward::{Database, Migrations, migrations};
    ///
    /// static MIGRATIONS: Migrations = migrations!("../migrations");
    ///
    /// async fn start<Driver>(db: impl Database<Driver>) -> onward::Result<()> {
    ///     let report = MIGRATIONS.apply_on(db).await?;
    ///     println!("{report}");
    ///     Ok(())
    /// }
    /// # }
    /// ```
    ///
    /// If the future is dropped, a run that has begun goes on to its end.
    ///
    /// # Errors
    /// As [`Migrations::apply`], and [`ErrorKind::NoConnection`](crate::ErrorKind::NoConnection) if there is no connection.
    ///
    /// # Panics
    /// If code beside the migrations or the observer does, after everything is rolled back.
    pub async fn apply_on<D: Database<Driver>, Driver>(&'static self, db: D) -> Result<Report> {
        self.migrator().apply_on(db).await
    }

    /// Returns what has run on a database and what is pending. It only reads.
    ///
    /// It looks at every row of the ledger, and so tells of an edit that [`Migrations::apply`], which compares the newest
    /// chain alone, has no reason to notice.
    ///
    /// ```
    /// # let migrations: onward::Migrations = onward::migrations!("../migrations");
    /// # let mut conn = onward::rusqlite::Connection::open_in_memory()?;
    /// migrations.migrator().target(9).apply(&mut conn)?;
    /// let status = migrations.status(&conn)?;
    /// assert_eq!(status.pending(), 1);
    /// assert_eq!(status.entries[9].label, "0010");
    /// println!("{status}");
    /// # Ok::<(), onward::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the database cannot be read; [`ErrorKind::NotALedger`](crate::ErrorKind::NotALedger) if something else has
    /// the name of the ledger; and [`ErrorKind::LedgerRenamed`](crate::ErrorKind::LedgerRenamed) if it has the rows of
    /// this history in the ledger of another name.
    pub fn status(&self, conn: &Connection) -> Result<Status> {
        ledger::status(self, conn).map_err(|error| error.on(conn))
    }

    /// Compares a database's schema with its ledger, and returns each difference as a sentence; nothing if there is none, or if
    /// the database is empty. It only reads, and compares only what the history makes.
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
    /// If the database cannot be read, if it has tables and no ledger, or if ledger and program do not agree about what has run.
    pub fn verify(&self, conn: &Connection) -> Result<Vec<Difference>> {
        run::verify(self, conn).map_err(|error| error.on(conn))
    }

    /// Runs what is pending on a copy; see [`Migrator::rehearse`].
    ///
    /// ```
    /// # let migrations: onward::Migrations = onward::migrations!("../migrations");
    /// # let mut conn = onward::rusqlite::Connection::open_in_memory()?;
    /// let rehearsal = migrations.rehearse(&conn)?;
    /// assert_eq!(rehearsal.applied.len(), 10);
    /// # Ok::<(), onward::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Migrator::rehearse`].
    pub fn rehearse(&self, conn: &Connection) -> Result<Rehearsal> {
        self.migrator().rehearse(conn)
    }

    /// Returns a builder for settings other than the defaults: timeouts, backups, a target, adopting.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// # let migrations: onward::Migrations = onward::migrations!("../migrations");
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let path = folder.path().join("app.db");
    /// let migrator = migrations.migrator().backup(folder.path().join("before")).lock_timeout(Duration::from_secs(5));
    /// let (_, report) = migrator.open(&path)?;
    /// // There was nothing to copy yet.
    /// assert!(report.backup.is_none());
    /// # Ok::<(), onward::Error>(())
    /// ```
    pub fn migrator(&self) -> Migrator<'_> {
        Migrator::new(self)
    }
}
