use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/replay_limit/replay_limit");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
