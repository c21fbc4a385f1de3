use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/files/no_migrations");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
