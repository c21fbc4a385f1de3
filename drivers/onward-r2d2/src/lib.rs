//! [onward](https://docs.rs/onward)'s checked statements and migrations on the pools of [r2d2](https://docs.rs/r2d2), in a
//! program on tokio. The pool's manager is r2d2_sqlite's, or another one that hands out rusqlite's connections.
//!
//! ```
//! use onward::{Migrations, migrations, query};
//! use onward_r2d2 as _;
//! use r2d2_sqlite::SqliteConnectionManager;
//!
//! static MIGRATIONS: Migrations = migrations!("../../migrations");
//!
//! #[tokio::main(flavor = "current_thread")]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let pool = r2d2::Pool::builder().max_size(1).build(SqliteConnectionManager::memory())?;
//!     MIGRATIONS.apply_on(&pool).await?;
//!
//!     let name = String::from("mail");
//!     let queue = query!(migrations = "../../migrations", "SELECT concurrency FROM queues WHERE name = :name");
//!     assert_eq!(queue.clone().on(&pool).one().await?.concurrency, 1);
//!
//!     // Where a thread may be blocked, this crate is not needed: r2d2 hands out rusqlite's connection.
//!     assert_eq!(queue.one(&*pool.get()?)?.concurrency, 1);
//!     Ok(())
//! }
//! ```
//!
//! Name the crate once, `use onward_r2d2 as _;`, or Rust does not look at it.
//!
//! - To wait for a connection and to run a statement both block, so both are on tokio's threads for blocking work. If the future
//!   of a statement is dropped once it was polled, the statement runs all the same, to its end.
//! - A panic in a conversion of the application's goes on where the statement is awaited, and the connection stays.
//! - A pool that gives no connection is [`CallError::NoConnection`](onward::CallError::NoConnection), and the statement was not
//!   run.
//!
//! # Panics
//! Outside a runtime of tokio's, as `tokio::task::spawn_blocking` does.

use std::error::Error as Cause;
use std::panic::resume_unwind;

use onward::rusqlite::Connection;
use onward::{Database, Work};
use r2d2::{ManageConnection, Pool};
use tokio::task::spawn_blocking;

/// Says that the implementation is this crate's. Nobody needs to write it: see [`Database`].
pub enum Driver {}

impl<M: ManageConnection<Connection = Connection>> Database<Driver> for &Pool<M> {
    async fn run<W: Work>(self, work: W) -> Result<W::Output, Box<dyn Cause + Send + Sync>> {
        let pool = self.clone();
        let running = spawn_blocking(move || Ok(work.run(&mut *pool.get()?)));
        running.await.unwrap_or_else(|error| match error.try_into_panic() {
            // Of the pool's manager: the work does not.
            Ok(panic) => resume_unwind(panic),
            Err(ended) => Err(ended.into()),
        })
    }
}
