use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/released_migration_missing/released_migration_missing");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
