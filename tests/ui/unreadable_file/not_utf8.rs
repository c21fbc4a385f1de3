use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/unreadable_file/not_utf8");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
