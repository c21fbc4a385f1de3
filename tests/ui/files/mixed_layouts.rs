use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/files/mixed_layouts");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
