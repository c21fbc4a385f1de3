//! [onward](https://docs.rs/onward)'s checked statements and migrations on the connections of
//! [tokio-rusqlite](https://docs.rs/tokio-rusqlite).
//!
//! ```
//! use onward::{Migrations, migrations, query};
//! use onward_tokio_rusqlite as _;
//! use tokio_rusqlite::Connection;
//!
//! static MIGRATIONS: Migrations = migrations!("../../migrations");
//!
//! #[tokio::main(flavor = "current_thread")]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let db = Connection::open_in_memory().await?;
//!     MIGRATIONS.apply_on(&db).await?;
//!
//!     let name = String::from("mail");
//!     let queue = query!(migrations = "../../migrations", "SELECT concurrency FROM queues WHERE name = :name");
//!     assert_eq!(queue.on(&db).one().await?.concurrency, 1);
//!
//!     // Several statements in one transaction, by tokio-rusqlite's own `call`.
//!     db.call(move |conn| {
//!         let tx = conn.transaction()?;
//!         query!(migrations = "../../migrations", "INSERT INTO jobs(queue, payload) VALUES (:name, '{}')").execute(&tx)?;
//!         query!(migrations = "../../migrations", "UPDATE queues SET concurrency = 2 WHERE name = :name").execute(&tx)?;
//!         tx.commit()
//!     })
//!     .await?;
//!     Ok(())
//! }
//! ```
//!
//! Name the crate once, `use onward_tokio_rusqlite as _;`, or Rust does not look at it.
//!
//! - A statement runs on tokio-rusqlite's thread, after those that were given to it before. If its future is dropped once it was
//!   polled, it runs all the same, to its end.
//! - A panic in a conversion of the application's goes on where the statement is awaited, and the connection stays. In a closure
//!   for `call`, it ends tokio-rusqlite's thread.
//! - A connection that is closed is [`CallError::NoConnection`](onward::CallError::NoConnection), and the statement was not run.

use std::error::Error as Cause;

use onward::{Database, Work};
use tokio_rusqlite::{Connection, Error};

/// Says that the implementation is this crate's. Nobody needs to write it: see [`Database`].
pub enum Driver {}

impl Database<Driver> for &Connection {
    async fn run<W: Work>(self, work: W) -> Result<W::Output, Box<dyn Cause + Send + Sync>> {
        Ok(self.call(move |conn| Ok::<_, Error>(work.run(conn))).await?)
    }
}
