use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/bad_config_file/bad_config_file");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
