use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/order/index_above_column");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
