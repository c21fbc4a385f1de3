use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/order/index_before_table");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
