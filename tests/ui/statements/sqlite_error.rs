use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/statements/sqlite_error");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
