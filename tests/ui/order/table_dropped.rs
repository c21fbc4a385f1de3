use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/order/table_dropped");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
