use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/names/outer_column");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
