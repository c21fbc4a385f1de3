//! onward on the pool of sea-orm 1.1, which is sqlx 0.8's.
#![cfg(feature = "sqlx-08")]

use std::path::Path;

use onward::{Migrations, migrations};
use onward_sqlx::ApplySqlx;
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, DbErr, Statement};

use ten::Result;

#[path = "../../../tests/ten/mod.rs"]
mod ten;

/// The second writes one row, which raises no error when it runs twice.
static COUNTER: Migrations = migrations!("../../tests/histories/counter");

/// It connects when it is asked for the first time, so that nothing reads before the migrations.
async fn connect(path: &Path) -> std::result::Result<DatabaseConnection, DbErr> {
    let mut options = ConnectOptions::new(format!("sqlite://{}?mode=rwc", path.display()));
    options.connect_lazy(true).sqlx_logging(false);
    Database::connect(options).await
}

#[test]
fn ten_processes_migrate_one_file_once() -> Result {
    ten::ten("ten_processes_migrate_one_file_once", &[&COUNTER], |path| {
        ten::tasks(|| {
            let path = path.to_owned();
            async move {
                let db = connect(&path).await?;
                let report = COUNTER.apply_sqlx(db.get_sqlite_connection_pool()).await?;
                let count = Statement::from_string(DbBackend::Sqlite, "SELECT count(*) AS rows FROM counter");
                let row = db.query_one(count).await?.ok_or("a count has a row")?;
                assert_eq!(row.try_get::<i64>("", "rows")?, 1);
                db.close().await?;
                Ok(report.applied.len())
            }
        })
    })
}
