use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/unknown_table/unknown_table");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
