use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/statements/replay_limit");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
