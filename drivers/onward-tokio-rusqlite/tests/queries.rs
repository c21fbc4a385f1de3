//! On a connection of tokio-rusqlite's, which is one for all.

#[path = "../../cases.rs"]
mod cases;

use std::path::Path;

use onward_tokio_rusqlite as _;

type Db = tokio_rusqlite::Connection;

/// Whether a statement waits for a connection in its future alone: dropped by then, it never runs.
const WAITS_IN_ITS_FUTURE: bool = false;

async fn open(path: &Path, _: u32) -> Db {
    let db = Db::open(path).await.unwrap();
    db.call_unwrap(|conn| conn.busy_timeout(cases::PATIENCE)).await.unwrap();
    db
}

async fn unreachable(path: &Path) -> Db {
    let db = Db::open(path).await.unwrap();
    db.clone().close().await.unwrap();
    db
}
