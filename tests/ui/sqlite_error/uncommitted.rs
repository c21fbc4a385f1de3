use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/sqlite_error/uncommitted");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
