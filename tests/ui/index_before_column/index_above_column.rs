use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/index_before_column/index_above_column");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
