use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/index_before_table/index_before_table");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
