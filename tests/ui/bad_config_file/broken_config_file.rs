use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/bad_config_file/broken_config_file");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
