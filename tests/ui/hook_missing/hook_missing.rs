use onward::rusqlite::{Result, Transaction};
use onward::{Migrations, migrations};

fn first_job(_: &Transaction<'_>) -> Result<()> {
    Ok(())
}

static MIGRATIONS: Migrations = migrations!("ui/hook_missing/hook_missing", after = { 1 => first_job });

/// A second program with the same folder.
static PLAIN: Migrations = migrations!("ui/hook_missing/hook_missing");

fn main() -> onward::Result<()> {
    PLAIN.open("app.db").map(drop)?;
    MIGRATIONS.open("app.db").map(drop)
}
