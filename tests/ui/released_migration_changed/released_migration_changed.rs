use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/released_migration_changed/released_migration_changed");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
