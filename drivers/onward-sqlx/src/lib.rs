//! [onward](https://docs.rs/onward) on the connections of [sqlx](https://docs.rs/sqlx): a pool, or a connection that is held.
//!
//! The features `sqlx-08` and `sqlx-09` say which sqlx the application has; both may be on.
//!
//! ```
//! # #[cfg(feature = "sqlx-08")]
//! # mod example {
//! # use sqlx_08 as sqlx;
//! use onward::{Migrations, migrations};
//! use onward_sqlx::ApplySqlx;
//! use sqlx::sqlite::SqlitePoolOptions;
//!
//! static MIGRATIONS: Migrations = migrations!("../../migrations");
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # pub async
//! fn start() -> Result<(), Box<dyn std::error::Error>> {
//!     let pool = SqlitePoolOptions::new().max_connections(1).connect("sqlite::memory:").await?;
//!     let report = MIGRATIONS.apply_sqlx(&pool).await?;
//!     println!("{report}");
//!     let jobs: i64 = sqlx::query_scalar("SELECT count(*) FROM jobs").fetch_one(&pool).await?;
//!     assert_eq!((report.applied.len(), jobs), (10, 0));
//!     Ok(())
//! }
//! # }
//! # #[cfg(feature = "sqlx-08")]
//! # example::start().unwrap();
//! ```
//!
//! A checked statement runs there with `on`: `query!("…").on(&pool).all().await?`, and `.on(&mut *tx)` in a transaction of
//! sqlx's. Each call locks sqlx's connection, prepares the statement anew, and has a thread of its own. A future that is dropped
//! waits for the end of the statement; before it has the connection, it has done nothing. Where that counts, give the text from
//! [`sql!`](onward::sql) to sqlx. A connection that the pool cannot open, because others have the file locked, is opened again
//! until the pool's `acquire_timeout` is over.
//!
//! Everything that [`Migrations::apply`] does is done on that very connection, so that a database in memory, one with a key and
//! one that a URI names are migrated as any other. Where the database is a plain file, [`Migrations::open`] before the pool is
//! made does the same, and this crate is not needed.
//!
//! Code beside a migration, `migrations!("…", after = { 3 => function })`, gets sqlx's connection as rusqlite's. What it sets
//! there stays: a function, or an update hook in the place of sqlx's. It must not keep an [`InterruptHandle`] beyond its own end:
//! rusqlite does not see sqlx close the connection, and to interrupt one that is closed uses freed memory.
//!
//! [`InterruptHandle`]: onward::rusqlite::InterruptHandle
//!
//! The run is on a thread of its own, whatever the runtime is, and holds up no other task. A pool has several
//! connections: those that are open by then keep statements that were prepared on the schema of before, so migrate
//! before the first query. In memory, the database is gone with the last connection: give the pool
//! `min_connections(1)`, and no `idle_timeout` or `max_lifetime`.

mod borrowed;
#[cfg(any(feature = "sqlx-08", feature = "sqlx-09"))]
mod driver;
mod locked;
mod session;
mod thread;

#[cfg(not(any(feature = "sqlx-08", feature = "sqlx-09")))]
compile_error!(
    "turn on the feature `sqlx-08` or `sqlx-09` of onward-sqlx: the sqlx that the application has"
);

use std::future::Future;

use onward::{Database, Migrations, Migrator, Report, Result};

/// What [`ApplySqlx::apply_sqlx`] takes: `&SqlitePool`, `&mut PoolConnection<Sqlite>` or `&mut SqliteConnection`, of
/// sqlx 0.8 with the feature `sqlx-08` and of 0.9 with `sqlx-09`.
#[diagnostic::on_unimplemented(
    message = "onward does not migrate on a `{Self}`",
    note = "it takes `&SqlitePool`, `&mut PoolConnection<Sqlite>` and `&mut SqliteConnection`",
    note = "of sqlx 0.8 with the feature `sqlx-08` of onward-sqlx, and of sqlx 0.9 with `sqlx-09`"
)]
pub trait Session: Database<Driver> {}

impl<S: Database<Driver>> Session for S {}

/// Says that the implementation is this crate's. Nobody needs to write it: see [`Database`].
pub enum Driver {}

/// Migrates on a connection of sqlx's. For [`Migrations`] in a `static`, and for a [`Migrator`] of them, with its observer,
/// timeouts and the rest.
///
/// ```no_run
/// # #[cfg(feature = "sqlx-08")]
/// # mod example {
/// # use sqlx_08 as sqlx;
/// # use std::time::Duration;
/// # use onward_sqlx::ApplySqlx;
/// # async fn run(migrations: &'static onward::Migrations, pool: sqlx::SqlitePool) -> onward::Result<()> {
/// let migrator = migrations.migrator().lock_timeout(Duration::from_secs(5));
/// let report = migrator.observer(|event| eprintln!("{event:?}")).apply_sqlx(&pool).await?;
/// # drop(report);
/// # Ok(()) }
/// # }
/// ```
pub trait ApplySqlx {
    /// As [`Migrations::apply`]: runs what is pending, all or nothing, and tells what ran.
    ///
    /// The statements that the connection has prepared are forgotten before. If the future is dropped, that waits for the end of
    /// the run: what migrates holds on to the connection until then.
    ///
    /// # Errors
    /// As [`Migrations::apply`], and [`ErrorKind::NoConnection`](onward::ErrorKind::NoConnection) with what sqlx says if the pool
    /// gives no connection or its thread has ended; nothing was changed then.
    ///
    /// # Panics
    /// If code beside the migrations or the observer does, after everything is rolled back.
    fn apply_sqlx(self, session: impl Session + Send) -> impl Future<Output = Result<Report>> + Send;
}

impl ApplySqlx for &'static Migrations {
    fn apply_sqlx(self, session: impl Session + Send) -> impl Future<Output = Result<Report>> + Send {
        self.apply_on(session)
    }
}

impl ApplySqlx for Migrator<'static> {
    fn apply_sqlx(self, session: impl Session + Send) -> impl Future<Output = Result<Report>> + Send {
        self.apply_on(session)
    }
}
