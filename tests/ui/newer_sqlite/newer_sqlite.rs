use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/newer_sqlite/newer_sqlite");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
