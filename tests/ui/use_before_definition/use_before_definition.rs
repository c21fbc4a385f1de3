use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/use_before_definition/use_before_definition");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
