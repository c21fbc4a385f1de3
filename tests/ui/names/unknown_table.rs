use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/names/unknown_table");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
