//! On a pool of r2d2's, whose manager is r2d2_sqlite's.

#[path = "../../cases.rs"]
mod cases;

use std::path::Path;
use std::time::Duration;

use onward_r2d2 as _;
use r2d2_sqlite::SqliteConnectionManager;

type Db = r2d2::Pool<SqliteConnectionManager>;

/// Whether a statement waits for a connection in its future alone: dropped by then, it never runs.
const WAITS_IN_ITS_FUTURE: bool = false;

async fn open(path: &Path, connections: u32) -> Db {
    let manager = SqliteConnectionManager::file(path).with_init(|conn| conn.busy_timeout(cases::PATIENCE));
    r2d2::Pool::builder().max_size(connections).connection_timeout(cases::PATIENCE).build(manager).unwrap()
}

/// A pool is not closed. This one never has a connection.
async fn unreachable(path: &Path) -> Db {
    let manager = SqliteConnectionManager::file(path.join("missing"));
    r2d2::Pool::builder().connection_timeout(Duration::from_millis(1)).build_unchecked(manager)
}

/// Where a thread may be blocked, this crate is not needed.
#[test]
fn a_connection_of_the_pool_is_a_connection() -> Result<(), Box<dyn std::error::Error>> {
    let pool = r2d2::Pool::builder().max_size(1).build(SqliteConnectionManager::memory())?;
    static MIGRATIONS: onward::Migrations = onward::migrations!("../../migrations");
    MIGRATIONS.apply(&mut *pool.get()?)?;
    let names =
        onward::query_scalar!(migrations = "../../migrations", "SELECT name FROM queues ORDER BY name");
    assert_eq!(names.all(&*pool.get()?)?, ["default", "mail"]);
    Ok(())
}
