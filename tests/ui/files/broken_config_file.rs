use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/files/broken_config_file");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
