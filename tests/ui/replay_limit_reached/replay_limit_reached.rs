use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/replay_limit_reached/replay_limit_reached");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
