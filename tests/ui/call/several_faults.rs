use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/call/several_faults");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
