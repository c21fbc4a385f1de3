use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/ledger_renamed/ledger_renamed");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
