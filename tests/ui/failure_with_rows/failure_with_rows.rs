use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/failure_with_rows/failure_with_rows");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
