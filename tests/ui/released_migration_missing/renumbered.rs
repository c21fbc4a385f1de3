use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/released_migration_missing/renumbered");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
