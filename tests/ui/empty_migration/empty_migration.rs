use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/empty_migration/empty_migration");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
