use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/order/index_before_column_quoted");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
