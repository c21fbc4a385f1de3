use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/release_broken/required_column");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
