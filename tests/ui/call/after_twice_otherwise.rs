use onward::rusqlite::{Result, Transaction};
use onward::{Migrations, migrations};

fn backfill(_: &Transaction<'_>) -> Result<()> {
    Ok(())
}

static MIGRATIONS: Migrations = migrations!("ui/sound/hooked", after = { 1 => backfill, "0001" => backfill });

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
