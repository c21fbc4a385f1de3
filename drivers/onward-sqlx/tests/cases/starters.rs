//! Many processes at one file, several starters in each.

use onward_sqlx::ApplySqlx;

use super::super::sqlx::{Row, SqlitePool, query, sqlite::SqlitePoolOptions};
use super::super::ten::{Result, tasks, ten};
use super::{COUNTER, file};

/// Starters with a pool each, at the same time.
#[test]
fn ten_processes_migrate_one_file_once() -> Result {
    ten("cases::starters::ten_processes_migrate_one_file_once", &[&COUNTER], |path| {
        tasks(|| {
            let path = path.to_owned();
            async move {
                let pool: SqlitePool = SqlitePoolOptions::new().connect_lazy_with(file(&path));
                let report = COUNTER.apply_sqlx(&pool).await?;
                let rows: i64 = query("SELECT count(*) FROM counter").fetch_one(&pool).await?.get(0);
                assert_eq!(rows, 1);
                pool.close().await;
                Ok(report.applied.len())
            }
        })
    })
}
