use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/before_locked/before_locked");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
