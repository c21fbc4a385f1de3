use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/bad_lock_file/bad_checksum");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
