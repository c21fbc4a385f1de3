use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/already_exists/already_exists");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
