use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/unknown_table/table_dropped");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
