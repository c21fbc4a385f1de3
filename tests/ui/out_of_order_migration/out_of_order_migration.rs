use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/out_of_order_migration/out_of_order_migration");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
