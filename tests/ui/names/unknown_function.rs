use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/names/unknown_function");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
