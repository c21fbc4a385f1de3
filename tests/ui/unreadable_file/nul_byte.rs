use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/unreadable_file/nul_byte");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
