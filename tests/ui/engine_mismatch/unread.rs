use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/engine_mismatch/unread");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
