use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/locked_missing/locked_renumbered");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
