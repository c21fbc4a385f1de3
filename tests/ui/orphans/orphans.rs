use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/orphans/orphans");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
