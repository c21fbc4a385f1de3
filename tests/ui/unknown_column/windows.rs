use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/unknown_column/windows");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
