use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/unknown_directive/other_tool");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
