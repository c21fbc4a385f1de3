//! [onward](https://docs.rs/onward)'s checked statements and migrations on the pools of
//! [deadpool-sqlite](https://docs.rs/deadpool-sqlite), and on the connections that they hand out.
//!
//! ```
//! use deadpool_sqlite::{Config, Runtime};
//! use onward::{Migrations, migrations, query};
//! use onward_deadpool_sqlite as _;
//!
//! static MIGRATIONS: Migrations = migrations!("../../migrations");
//!
//! #[tokio::main(flavor = "current_thread")]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! #   let folder = std::env::temp_dir().join(format!("onward-deadpool-{}", std::process::id()));
//! #   std::fs::create_dir_all(&folder)?;
//! #   let path = folder.join("app.db");
//!     let pool = Config::new(path).create_pool(Runtime::Tokio1)?;
//!     MIGRATIONS.apply_on(&pool).await?;
//!
//!     let name = String::from("mail");
//!     let queue = query!(migrations = "../../migrations", "SELECT concurrency FROM queues WHERE name = :name");
//!     assert_eq!(queue.on(&pool).one().await?.concurrency, 1);
//!
//!     // Several statements in one transaction, by deadpool's own `interact`.
//!     let conn = pool.get().await?;
//!     let work = conn.interact(move |conn| {
//!         let tx = conn.transaction()?;
//!         query!(migrations = "../../migrations", "INSERT INTO jobs(queue, payload) VALUES (:name, '{}')").execute(&tx)?;
//!         query!(migrations = "../../migrations", "UPDATE queues SET concurrency = 2 WHERE name = :name").execute(&tx)?;
//!         tx.commit()
//!     });
//!     work.await.map_err(|error| error.to_string())??;
//! #   drop((conn, pool));
//! #   std::fs::remove_dir_all(folder)?;
//!     Ok(())
//! }
//! ```
//!
//! Name the crate once, `use onward_deadpool_sqlite as _;`, or Rust does not look at it.
//!
//! - `.on(&pool)` takes a connection for the one statement and gives it back; `.on(&conn)` stays on the one that
//!   `pool.get().await?` has given.
//! - A statement runs on a thread for blocking work. If its future is dropped while it waits for a connection of the pool, it
//!   does not run. Later, it runs all the same, to its end, and the connection waits for it.
//! - A panic in a conversion of the application's goes on where the statement is awaited, and the connection stays.
//! - A pool that gives no connection is [`CallError::NoConnection`](onward::CallError::NoConnection), and the statement was not
//!   run.

use std::error::Error as Cause;

use deadpool_sqlite::{Connection, InteractError, Pool};
use onward::{Database, Work};

/// Says that the implementation is this crate's. Nobody needs to write it: see [`Database`].
pub enum Driver {}

impl Database<Driver> for &Pool {
    async fn run<W: Work>(self, work: W) -> Result<W::Output, Box<dyn Cause + Send + Sync>> {
        let conn = self.get().await?;
        Database::run(&conn, work).await
    }
}

impl Database<Driver> for &Connection {
    async fn run<W: Work>(self, work: W) -> Result<W::Output, Box<dyn Cause + Send + Sync>> {
        let ran = self.interact(move |conn| work.run(conn)).await;
        ran.map_err(|error| match error {
            // The work does not panic, so it is deadpool's lock that has, before it.
            InteractError::Panic(_) => {
                "an earlier call has panicked on this connection: drop it, and take another from the pool"
                    .into()
            }
            _ => "the runtime has ended".into(),
        })
    }
}
