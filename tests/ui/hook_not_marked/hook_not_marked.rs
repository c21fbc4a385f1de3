use onward::rusqlite::{Result, Transaction};
use onward::{Migrations, migrations};

mod backfill {
    use super::*;

    pub fn archive(_: &Transaction<'_>) -> Result<()> {
        Ok(())
    }
}

static MIGRATIONS: Migrations = migrations!(
    "ui/hook_not_marked/hook_not_marked",
    after = {
        1 => |_| Ok::<_, onward::Error>(()),
        0002 => backfill::archive,
    }
);

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
