use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/sound/plain", "ui/sound/prefixed");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
