use onward::rusqlite::{Result, Transaction};
use onward::{Migrations, migrations};

fn backfill(_: &Transaction<'_>) -> Result<()> {
    Ok(())
}

static MIGRATIONS: Migrations = migrations!("ui/sound/hooked", after = { 1 => backfill });

fn main() -> onward::Result<()> {
    let mut conn = onward::rusqlite::Connection::open_in_memory().unwrap();
    assert_eq!(MIGRATIONS.apply(&mut conn)?.applied.len(), 2);
    Ok(())
}
