use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/files/empty_migration");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
