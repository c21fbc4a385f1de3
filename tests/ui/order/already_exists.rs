use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/order/already_exists");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
