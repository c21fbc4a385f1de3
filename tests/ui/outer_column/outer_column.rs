use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/outer_column/outer_column");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
