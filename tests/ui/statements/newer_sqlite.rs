use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/statements/newer_sqlite");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
