use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/sqlite_error/sqlite_error");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
