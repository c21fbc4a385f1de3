use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/unknown_function/unknown_function");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
