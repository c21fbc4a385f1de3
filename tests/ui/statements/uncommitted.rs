use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/statements/uncommitted");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
