use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/release_broken/values_in_another_column");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
