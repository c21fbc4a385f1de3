use onward::{Adopt, Migrations, Tool, migrations};

static MIGRATIONS: Migrations = migrations!("history/diesel", from = "diesel");

pub fn migrate(path: &str) -> onward::Result<()> {
    MIGRATIONS.migrator().adopt(Adopt::From(Tool::Diesel)).open(path)?;
    Ok(())
}
