use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/locked_changed/locked_changed");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
