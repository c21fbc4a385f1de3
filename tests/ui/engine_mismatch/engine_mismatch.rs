use onward::rusqlite::{Result, Transaction};
use onward::{Migrations, migrations};

fn label(_: &Transaction<'_>) -> Result<()> {
    Ok(())
}

static MIGRATIONS: Migrations = migrations!("ui/engine_mismatch/engine_mismatch", after = { 2 => label });

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
