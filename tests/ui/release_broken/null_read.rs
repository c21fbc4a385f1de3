use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/release_broken/null_read");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
