use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/duplicate_version/duplicate_version");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
