use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/lock/before_locked");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
