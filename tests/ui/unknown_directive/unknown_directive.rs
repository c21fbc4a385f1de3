use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/unknown_directive/unknown_directive");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
