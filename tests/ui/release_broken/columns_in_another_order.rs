use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/release_broken/columns_in_another_order");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
