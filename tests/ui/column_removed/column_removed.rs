use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/column_removed/column_removed");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
