use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/node_dependent_value/node_dependent_value");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
