use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/hidden/fails_with_rows");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
