use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/names/unknown_column");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
