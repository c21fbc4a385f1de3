use onward::{Adopt, Migrations, Tool, migrations};

static MIGRATIONS: Migrations = migrations!("history/sqlx", from = "sqlx");

pub fn migrate(path: &str) -> onward::Result<()> {
    MIGRATIONS.migrator().adopt(Adopt::From(Tool::Sqlx)).open(path)?;
    Ok(())
}
