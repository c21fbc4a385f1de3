//! On a connection of tokio-rusqlite's, which is one for all.

#[path = "../../cases.rs"]
mod cases;

use std::path::Path;

use onward_tokio_rusqlite as _;

type Db = tokio_rusqlite::Connection;

async fn open(path: &Path, _: u32) -> Db {
    Db::open(path).await.unwrap()
}

async fn unreachable(path: &Path) -> Db {
    let db = Db::open(path).await.unwrap();
    db.clone().close().await.unwrap();
    db
}
