use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/sound/plain", from = "diesel");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
