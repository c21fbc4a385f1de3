use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/no_migrations/no_migrations");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
