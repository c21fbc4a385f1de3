use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/release_broken/unique_is_new");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
