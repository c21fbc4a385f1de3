use onward::rusqlite::{Result, Transaction};
use onward::{Migrations, migrations};

fn backfill(_: &Transaction<'_>) -> Result<()> {
    Ok(())
}

static MIGRATIONS: Migrations = migrations!("ui/sound/hooked", after = { first => backfill });

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
