use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/files/windows");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
