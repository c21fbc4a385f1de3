use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/release_broken/column_dropped");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
