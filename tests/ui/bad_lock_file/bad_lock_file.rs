use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/bad_lock_file/bad_lock_file");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
