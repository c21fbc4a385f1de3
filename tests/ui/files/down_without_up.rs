use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/files/down_without_up");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
