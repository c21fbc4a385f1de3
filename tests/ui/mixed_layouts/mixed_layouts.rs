use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/mixed_layouts/mixed_layouts");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
