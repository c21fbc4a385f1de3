use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/lock/locked_renumbered");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
