use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!(concat!("ui/sound", "/plain"));

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
