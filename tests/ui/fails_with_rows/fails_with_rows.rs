use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/fails_with_rows/fails_with_rows");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
