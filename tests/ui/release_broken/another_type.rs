use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/release_broken/another_type");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
