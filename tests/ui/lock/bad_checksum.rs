use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/lock/bad_checksum");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
