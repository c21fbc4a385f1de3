use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/release_broken/table_renamed");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
