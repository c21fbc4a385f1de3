use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/statements/orphans");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
